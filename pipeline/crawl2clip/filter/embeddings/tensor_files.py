"""Read numeric arrays from local or remote .npy, .npz and .safetensors files, but no pickles.

Convert a PyTorch checkpoint with numpy.save on a machine that trusts it.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

import fsspec
import numpy as np
from numpy.typing import NDArray

# BF16 is the upper half of a float32, and read as that.
_TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2",
    "I64": "<i8", "I32": "<i4", "U32": "<u4", "I16": "<i2",
}  # fmt: skip
_MOST_HEADER_BYTES = 100_000_000  # the format's own limit

WANTED = "expected a .npy, .npz or .safetensors file; pickles (.pt) are not read"


class Header(NamedTuple):
    """Type and layout of an array in a file; bf16: the numbers are the upper halves of float32."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool = False
    bf16: bool = False


def shape(path: str, name: str = "") -> tuple[int, ...]:
    """Return the shape of the array that `read` would return, reading headers only.

    Raises ValueError as `read` does.
    """
    with _opened(path, name) as (_, header):
        return header.shape


def read(path: str, name: str = "") -> NDArray[Any]:
    """Return the array called `name`, or the only one of the file.

    Raises ValueError, in one line, if there is no such file or array.
    """
    with _opened(path, name) as (file, header):
        count = int(np.prod(header.shape))
        data = np.frombuffer(file.read(count * header.dtype.itemsize), header.dtype)
        if len(data) < count:
            raise ValueError(f"{path} is cut off")
        if header.bf16:
            data = (data.astype(np.uint32) << 16).view(np.float32)
        return data.reshape(header.shape, order="F" if header.fortran else "C")


@contextmanager
def _opened(path: str, name: str) -> Iterator[tuple[BinaryIO, Header]]:
    """Open the file at the first byte of the array, and yield it with the array's header."""
    kinds = {".npy": _npy, ".npz": _npz, ".safetensors": _safetensors}
    kind = next((kinds[end] for end in kinds if path.endswith(end)), None)
    if kind is None:
        raise ValueError(f"{path} can't be read: {WANTED}")
    try:
        with fsspec.open(path, "rb") as file, kind(file, name) as opened:
            yield opened
    except FileNotFoundError:
        raise ValueError(f"there is no file {path}; {WANTED}") from None
    except (ValueError, KeyError, zipfile.BadZipFile, struct.error) as error:
        raise ValueError(f"{path} can't be read: {error}") from None


@contextmanager
def _npy(file: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, Header]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        dims, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    else:
        dims, fortran, dtype = np.lib.format.read_array_header_2_0(file)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, that is a pickle")
    yield file, Header(dtype, dims, fortran)


@contextmanager
def _npz(file: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, Header]]:
    with zipfile.ZipFile(file) as archive:
        names = [member.removesuffix(".npy") for member in archive.namelist()]
        with archive.open(f"{_chosen(names, name)}.npy") as member, _npy(member, name) as opened:  # type: ignore[arg-type]
            yield opened


@contextmanager
def _safetensors(file: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, Header]]:
    [length] = struct.unpack("<Q", file.read(8))
    if length > _MOST_HEADER_BYTES:
        raise ValueError("it is not a safetensors file")
    tensors = json.loads(file.read(length))
    tensors.pop("__metadata__", None)
    tensor = tensors[_chosen(list(tensors), name)]
    if tensor["dtype"] not in _TYPES:
        raise ValueError(f"its numbers are {tensor['dtype']}; {', '.join(_TYPES)} are read")
    file.seek(8 + length + tensor["data_offsets"][0])
    dtype = np.dtype(_TYPES[tensor["dtype"]])
    yield file, Header(dtype, tuple(tensor["shape"]), bf16=tensor["dtype"] == "BF16")


def _chosen(names: list[str], name: str) -> str:
    if not name and len(names) == 1:
        return names[0]
    if name in names:
        return name
    asked = f"it has no array {name!r}" if name else "it has several arrays: say which"
    raise ValueError(f"{asked}; there are {', '.join(sorted(names))}")
