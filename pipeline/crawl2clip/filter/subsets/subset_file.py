"""Read and write DataComp's subset files: .npy of ascending uids as two unsigned halves.

DataComp's resharder reads them with numpy.load.
"""

from typing import Any, BinaryIO, NamedTuple

import fsspec
import numpy as np
import pyarrow as pa

from crawl2clip.filter.blocklists.digest_set import Keys

DTYPE = np.dtype("u8,u8")
_BIG = np.dtype(">u8,>u8")  # the byte order of a hex uid

Uids = np.ndarray[tuple[int], np.dtype[Any]]


class SubsetLayout(NamedTuple):
    """The layout of a subset file: the number of uids and the byte at which they start."""

    uids: int
    start: int


def halves(uids: pa.Array) -> Uids:
    """Convert uids of 16 bytes to halves. Raises ValueError for other lengths and nulls."""
    data = b"".join(uids.to_pylist()) if not uids.null_count else b""
    if len(data) != 16 * len(uids):
        raise ValueError("a uid in a subset file has 32 hex digits")
    return np.frombuffer(data, _BIG).astype(DTYPE)


def keys(uids: Uids) -> Keys:
    """Return the bytes of the uids, ascending and distinct, to look others up in."""
    return np.unique(uids.astype(_BIG).view("S16"))


def digits(uids: Uids) -> list[str]:
    """Return the 32 hex digits of each uid."""
    text = uids.astype(_BIG).tobytes().hex()
    return [text[at : at + 32] for at in range(0, len(text), 32)]


def write_header(file: BinaryIO, count: int) -> None:
    """Write the .npy header of a file of `count` uids."""
    header = {"descr": np.lib.format.dtype_to_descr(DTYPE), "fortran_order": False}
    np.lib.format.write_array_header_1_0(file, header | {"shape": (count,)})


def read_layout(path: str) -> SubsetLayout:
    """Return the layout of a subset file. Raises ValueError if it is not one."""
    try:
        with fsspec.open(path, "rb") as file:
            version = np.lib.format.read_magic(file)
            if version != (1, 0):
                raise ValueError(f"it is .npy of version {version}")
            shape, _, dtype = np.lib.format.read_array_header_1_0(file)
            start = file.tell()
    except FileNotFoundError:
        raise ValueError(f"there is no subset file {path}") from None
    except ValueError as error:
        raise ValueError(f"{path} is not a subset file: {error}") from None
    if dtype != DTYPE or len(shape) != 1:
        raise ValueError(f"{path} holds {dtype} of shape {shape}; a subset file has {DTYPE}")
    return SubsetLayout(shape[0], start)


def read(path: str, layout: SubsetLayout, first: int, count: int) -> Uids:
    """Read `count` uids of the file from index `first` on; fewer at its end."""
    with fsspec.open(path, "rb") as file:
        file.seek(layout.start + first * DTYPE.itemsize)
        return np.frombuffer(file.read(count * DTYPE.itemsize), DTYPE)
