from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.compare.overlap import MOST_COMBINATIONS, Combination, overlap
from crawl2clip.compare.upset import short, upset


def test_what_three_sets_share() -> None:
    # Two things are in sets 0 and 1, two in all, one in 0 and 2, one in 0 alone.
    found = overlap({0b011: 2, 0b111: 2, 0b101: 1, 0b001: 1}, 3)

    assert found.all == 6
    assert found.sizes == (6, 4, 3)
    assert found.shared == ((6, 4, 3), (4, 4, 2), (3, 2, 3))
    assert found.contained[1] == (1.0, 1.0, 2 / 4)
    assert found.contained[2] == (1.0, 2 / 3, 1.0)
    assert found.jaccard[1][2] == 2 / 5
    assert found.combinations == (
        Combination((0, 1), 2),
        Combination((0, 1, 2), 2),
        Combination((0,), 1),
        Combination((0, 2), 1),
    )


def test_of_an_empty_set_no_share_can_be_told() -> None:
    found = overlap({0b01: 3}, 2)

    assert found.contained == ((1.0, 0.0), (None, None))
    assert found.jaccard == ((1.0, 0.0), (0.0, None))
    assert upset(overlap({}, 2), ["a", "b"]) is None


def test_the_smallest_combinations_are_counted_and_left_out() -> None:
    found = overlap({mask: mask for mask in range(1, 32)}, 5)

    assert len(found.combinations) == MOST_COMBINATIONS
    assert found.combinations[0] == Combination((0, 1, 2, 3, 4), 31)
    assert found.more_combinations == 31 - MOST_COMBINATIONS


@given(st.lists(st.sets(st.integers(0, 30)), min_size=1, max_size=5))
def test_it_is_what_python_s_sets_say(sets: list[set[int]]) -> None:
    masks: Counter[int] = Counter()
    for thing in set().union(*sets):
        masks[sum(1 << i for i, one in enumerate(sets) if thing in one)] += 1

    found = overlap(masks, len(sets))

    for i, one in enumerate(sets):
        for j, other in enumerate(sets):
            either = one | other
            assert found.shared[i][j] == len(one & other)
            assert found.jaccard[i][j] == (len(one & other) / len(either) if either else None)
            assert found.contained[i][j] == (len(one & other) / len(one) if one else None)


def test_the_plot_has_a_bar_with_dots_for_each_combination() -> None:
    found = upset(overlap({0b01: 1, 0b11: 1000}, 2), ["first", "x" * 100])

    assert found is not None
    both, alone = found.bars
    assert (both.count, both.label, len(both.dots), len(both.gaps)) == (1000, "1k", 2, 0)
    assert (alone.dots, alone.gaps) == (both.dots[:1], both.dots[1:])
    assert both.height == 170
    assert alone.height == 1, "to be seen at all"
    assert both.y + both.height == alone.y + alone.height == found.floor
    assert len(found.rows[1][0]) == 30


def test_short_numbers() -> None:
    shorts = {0: "0", 999: "999", 1000: "1k", 12_345: "12k", 999_999: "999k", 10**11: "100G"}

    assert {number: short(number) for number in shorts} == shorts
