"""DataComp's subset files: uids as 128-bit numbers, two unsigned halves each, ascending, in .npy.

DataComp's resharder reads them with numpy.load.
"""

from typing import Any, BinaryIO, NamedTuple

import fsspec
import numpy as np
import pyarrow as pa

from crawl2clip.filter.blocklists.digest_set import Keys

DTYPE = np.dtype("u8,u8")
_BIG = np.dtype(">u8,>u8")  # the bytes of a hex uid, as they stand

Uids = np.ndarray[tuple[int], np.dtype[Any]]


class Place(NamedTuple):
    """Where in a file the uids stand: how many, and from which byte on."""

    uids: int
    start: int


def halves(uids: pa.Array) -> Uids:
    """The numbers of uids given as 16 bytes each. Raises ValueError for other lengths and nulls."""
    data = b"".join(uids.to_pylist()) if not uids.null_count else b""
    if len(data) != 16 * len(uids):
        raise ValueError("a uid in a subset file has 32 hex digits")
    return np.frombuffer(data, _BIG).astype(DTYPE)


def keys(uids: Uids) -> Keys:
    """Their bytes, ascending and distinct, to look others up in."""
    return np.unique(uids.astype(_BIG).view("S16"))


def digits(uids: Uids) -> list[str]:
    """The 32 hex digits of each."""
    text = uids.astype(_BIG).tobytes().hex()
    return [text[at : at + 32] for at in range(0, len(text), 32)]


def write_header(file: BinaryIO, count: int) -> None:
    """What stands before `count` uids."""
    header = {"descr": np.lib.format.dtype_to_descr(DTYPE), "fortran_order": False}
    np.lib.format.write_array_header_1_0(file, header | {"shape": (count,)})


def place(path: str) -> Place:
    """Where the uids of the file stand. Raises ValueError if it is no subset file."""
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
        raise ValueError(f"{path} is no subset file: {error}") from None
    if dtype != DTYPE or len(shape) != 1:
        raise ValueError(f"{path} holds {dtype} of shape {shape}; a subset file has {DTYPE}")
    return Place(shape[0], start)


def read(path: str, there: Place, first: int, count: int) -> Uids:
    """`count` uids of the file from number `first` on; fewer at its end."""
    with fsspec.open(path, "rb") as file:
        file.seek(there.start + first * DTYPE.itemsize)
        return np.frombuffer(file.read(count * DTYPE.itemsize), DTYPE)
