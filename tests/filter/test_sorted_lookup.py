from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.filter.frequency.sorted_lookup import is_in_sorted, most_per_key

LEAST, GREATEST = -(2**63), 2**63 - 1
FEW = st.integers(0, 4)
HASH = st.one_of(FEW, st.sampled_from([LEAST, GREATEST]))


def array(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


@settings(deadline=None)
@given(st.lists(HASH), st.lists(HASH))
def test_among_is_what_a_set_says(values: list[int], ordered: list[int]) -> None:
    held = array(sorted(set(ordered)))

    assert is_in_sorted(array(values), held).tolist() == [value in set(ordered) for value in values]


@settings(deadline=None)
@given(st.lists(st.tuples(HASH, FEW)), st.integers(1, 3))
def test_few_of_each_keeps_the_smallest_of_each_key(
    pairs: list[tuple[int, int]], most: int
) -> None:
    others = defaultdict(set)
    for key, other in pairs:
        others[key].add(other)

    keys, few, full = most_per_key(array([k for k, _ in pairs]), array([o for _, o in pairs]), most)

    wanted = [(key, other) for key in sorted(others) for other in sorted(others[key])[:most]]
    assert list(zip(keys.tolist(), few.tolist(), strict=True)) == wanted
    assert full.tolist() == [key for key in sorted(others) if len(others[key]) >= most]
