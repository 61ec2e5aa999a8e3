import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter.subsets import subset_file

UIDS = ["00" * 16, "0123456789abcdeffedcba9876543210", "ff" * 16]


def official(uids: list[str]) -> np.ndarray:
    """As DataComp's code makes them of hex."""
    halves = [(int(uid[:16], 16), int(uid[16:], 16)) for uid in uids]
    return np.array(halves, np.dtype("u8,u8"))


def test_halves_are_the_official_ones() -> None:
    found = subset_file.halves(pa.array([bytes.fromhex(uid) for uid in UIDS]))

    assert found.dtype == np.dtype("u8,u8")
    assert found.tolist() == official(UIDS).tolist()
    assert subset_file.digits(found) == UIDS


@pytest.mark.parametrize("odd", [b"", b"short", None])
def test_what_is_no_uid_is_refused(odd: bytes | None) -> None:
    with pytest.raises(ValueError, match="32 hex digits"):
        subset_file.halves(pa.array([b"\0" * 16, odd], pa.binary()))


def test_a_header_and_the_bytes_make_the_file_that_numpy_makes() -> None:
    ours, theirs = io.BytesIO(), io.BytesIO()
    subset_file.write_header(ours, 3)
    ours.write(official(UIDS).tobytes())
    np.save(theirs, official(UIDS))

    assert ours.getvalue() == theirs.getvalue()


def test_parts_of_a_file_are_read(tmp_path: Path) -> None:
    path = str(tmp_path / "a.npy")
    np.save(path, official(UIDS))
    there = subset_file.read_layout(path)

    assert there.uids == 3
    assert subset_file.digits(subset_file.read(path, there, 1, 1)) == UIDS[1:2]
    assert subset_file.digits(subset_file.read(path, there, 2, 9)) == UIDS[2:]


def test_what_is_no_subset_file_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "floats.npy", np.zeros(3))
    np.save(tmp_path / "objects.npy", np.array([{}], object), allow_pickle=True)
    (tmp_path / "text.npy").write_text("uids")

    for name in ("floats.npy", "objects.npy", "text.npy", "gone.npy"):
        with pytest.raises(ValueError, match=name):
            subset_file.read_layout(str(tmp_path / name))


@given(st.lists(st.binary(min_size=16, max_size=16)))
def test_keys_are_the_distinct_bytes_in_the_order_of_the_numbers(uids: list[bytes]) -> None:
    there = subset_file.halves(pa.array(uids, pa.binary()))

    found = [key.ljust(16, b"\0") for key in subset_file.keys(there).tolist()]

    assert found == sorted(set(uids))
    assert [uid.hex() for uid in found] == subset_file.digits(np.unique(there))
