import hashlib

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter.blocklists.digest_set import is_listed, sorted_digests


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode()).digest()


def test_listed_are_those_of_the_list_in_either_case_and_null_is_null() -> None:
    ends_in_zeros = "ab" * 14 + "0000"
    keys = sorted_digests([md5("a").hex().upper(), md5("a").hex(), ends_in_zeros, "ff" * 16], 16)
    asked = [md5("a"), md5("b"), None, bytes.fromhex(ends_in_zeros), b"\xff" * 16, b"\0" * 16]

    assert is_listed(pa.array(asked), keys).to_pylist() == [True, False, None, True, True, False]
    assert len(keys) == 3


def test_an_empty_list_has_none_and_no_rows_are_no_trouble() -> None:
    assert is_listed(pa.array([md5("a"), None]), sorted_digests([], 16)).to_pylist() == [
        False,
        None,
    ]
    assert is_listed(pa.array([], pa.binary()), sorted_digests(["00" * 16], 16)).to_pylist() == []


@pytest.mark.parametrize("odd", ["ab", "zz" * 16, "ab" * 20, "a b" * 16])
def test_what_is_no_hash_is_refused_and_shown(odd: str) -> None:
    with pytest.raises(ValueError, match=f"'{odd}' is not a hash of 32 hex digits"):
        sorted_digests(["00" * 16, odd], 16)


def test_a_hash_of_another_kind_to_look_up_is_a_bug() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        is_listed(pa.array([b"short"]), sorted_digests(["00" * 16], 16))


@given(st.lists(st.binary(min_size=4, max_size=4)), st.lists(st.binary(min_size=4, max_size=4)))
def test_looking_up_is_membership(known: list[bytes], asked: list[bytes]) -> None:
    keys = sorted_digests([digest.hex() for digest in known], 4)

    assert is_listed(pa.array(asked, pa.binary()), keys).to_pylist() == [d in known for d in asked]
