import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.balance.probabilities.entry_counts import EntryCounts, read_counts
from crawl2clip.balance.probabilities.keep_probabilities import (
    TailThresholds,
    entry_probs,
    keep_from,
    keep_probs,
    tail_share,
)
from crawl2clip.balance.probabilities.size_curve import SizeCurve, bucket, round_ts
from crawl2clip.balance.probabilities.thresholds import ThresholdRules, kept, with_size

PAIRS = st.lists(st.lists(st.integers(0, 5), unique=True, max_size=6), min_size=1, max_size=12)
COUNTS = st.lists(st.integers(1, 10**9), min_size=6, max_size=6)
DRAWS = st.floats(0, 1 - 2**-52)


def flat(pairs: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    ids = np.array([i for pair in pairs for i in pair], np.int32)
    return ids, np.cumsum([0, *map(len, pairs)]).astype(np.int64)


def counts(**lists: list[int]) -> EntryCounts:
    return EntryCounts({lang: np.array(c, np.int64) for lang, c in lists.items()})


def test_a_pair_is_kept_from_the_t_that_its_draw_asks_for() -> None:
    # One entry of 100: t / 100 reaches 0.25 at 25. Two of 100: 1 - (1 - t / 100)^2 reaches 0.75
    # at 50. One of 10 and one of 40: at 4 it is 1 - (1 - 0.4) * (1 - 0.1) = 0.46.
    many = np.array([100, 100, 10, 40])
    ids, starts = flat([[0], [0, 1], [2, 3], [], [2]])

    found = keep_from(ids, starts, many, np.array([0.25, 0.75, 0.46, 0.1, 0.0]))

    assert found == pytest.approx([25, 50, 4, np.inf, 0], rel=1e-12)


@given(pairs=PAIRS, many=COUNTS, draws=st.lists(DRAWS, min_size=12, max_size=12))
def test_at_that_t_the_keep_probability_is_the_draw(
    pairs: list[list[int]], many: list[int], draws: list[float]
) -> None:
    ids, starts = flat(pairs)
    drawn = np.array(draws[: len(pairs)])
    ts = keep_from(ids, starts, np.array(many), drawn)

    for pair, t, wanted in zip(pairs, ts, drawn, strict=True):
        if not pair:
            assert t == np.inf
        elif t > 0:
            assert t <= min(many[i] for i in pair) * (1 + 1e-12)
            one = keep_probs(*flat([pair]), entry_probs(np.array(many), t))[0]
            assert one == pytest.approx(wanted, abs=1e-9)


def test_nothing_to_keep() -> None:
    none = keep_from(*flat([[], []]), np.array([], np.int64), np.array([0.1, 0.2]))

    assert none.tolist() == [np.inf, np.inf]


def test_the_tail_is_what_lies_below_t() -> None:
    many = np.array([0, 1, 2, 3, 94])

    assert tail_share(many, 3) == pytest.approx(0.03)
    assert tail_share(many, 3.5) == pytest.approx(0.06)
    assert np.isnan(tail_share(np.zeros(3, np.int64), 5))
    assert TailThresholds(many).t(0.06) == 3
    assert TailThresholds(many).t(0.02) == 2
    assert TailThresholds(many).t(1.0) == 94


@pytest.mark.parametrize("many", [[], [0], [0, 0], [0, 0, 5, 5]])
def test_where_metaclip_2_would_keep_nothing_t_is_one(many: list[int]) -> None:
    assert TailThresholds(np.array(many, np.int64)).t(0.06) == 1


def test_each_language_has_the_tail_of_the_reference() -> None:
    # English: entries below 10 hold (2 + 8) / 100. German: 20 of 200 is a tenth, so t is 20.
    lists = ThresholdRules(counts(en=[90, 8, 2], de=[180, 20], zz=[0]), "en")

    assert lists.with_t(10) == {"en": 10, "de": 20, "zz": 1}
    assert lists.with_tail(0.1) == {"en": 8, "de": 20, "zz": 1}
    assert lists.most == 180


def test_without_the_reference_all_have_its_t() -> None:
    assert ThresholdRules(counts(de=[180, 20], fr=[5]), "en").with_t(7) == {"de": 7, "fr": 7}
    assert ThresholdRules(EntryCounts({}), "en").with_t(7) == {}


@given(t=st.lists(st.floats(1, 300), min_size=2, max_size=2).map(sorted))
def test_a_larger_t_is_a_larger_t_for_all(t: list[float]) -> None:
    lists = ThresholdRules(counts(en=[90, 8, 2, 300], de=[180, 20, 3], fr=[7, 7]), "en")
    low, high = lists.with_t(t[0]), lists.with_t(t[1])

    assert all(low[lang] <= high[lang] for lang in low)


def sizes_of(ts: np.ndarray) -> SizeCurve:
    found, number = np.unique(bucket(ts), return_counts=True)
    return SizeCurve.of(found.astype(np.int64), number)


def test_sizes_are_those_of_a_count() -> None:
    ts = np.exp(np.random.default_rng(7).normal(5, 3, 50_000))
    sizes = sizes_of(ts)

    for t in (0.01, 1, 5.5, 148.4, 20_000):
        assert sizes.at(t) == pytest.approx(np.count_nonzero(ts <= t), abs=20)
    assert sizes.at(1e30) == sizes.total == 50_000
    assert sizes.at(1e-30) == 0
    assert SizeCurve.of(np.array([], np.int64), np.array([], np.int64)).at(3) == 0


def test_the_t_of_a_size_keeps_it() -> None:
    rng = np.random.default_rng(8)
    of_en, of_de = (np.exp(rng.normal(5, 2, 20_000)) for _ in range(2))
    sizes = {"en": sizes_of(of_en), "de": sizes_of(of_de)}

    found = with_size(sizes, 10_000, lambda t: {"en": t, "de": 2 * t}, 1e9)

    assert kept(sizes, found) == pytest.approx(10_000, abs=1)
    assert found["de"] == 2 * found["en"]
    assert np.count_nonzero(of_en <= found["en"]) + np.count_nonzero(
        of_de <= found["de"]
    ) == pytest.approx(10_000, abs=20)


def test_more_than_there_are_is_all_there_are() -> None:
    sizes = {"": sizes_of(np.array([1.0, 2, 3]))}

    assert kept(sizes, with_size(sizes, 400_000_000, lambda t: {"": t}, 3)) == 3


def test_round_ts_end_where_all_is_kept() -> None:
    assert round_ts(1) == [1]
    assert round_ts(12) == [1, 2, 5, 10, 20]
    assert round_ts(50) == [1, 2, 5, 10, 20, 50]


@given(one=st.lists(st.integers(0, 9)), other=st.lists(st.integers(0, 9)))
def test_counts_of_two_crawls_add_up(one: list[int], other: list[int]) -> None:
    both = counts(en=one, de=[1]) + counts(en=other, fr=[2])
    length = max(len(one), len(other))
    expected = np.array(one + [0] * (length - len(one))) + (other + [0] * (length - len(other)))

    assert both.by_lang["en"].tolist() == expected.tolist()
    assert both.by_lang["de"].tolist() == [1]
    assert both.by_lang["fr"].tolist() == [2]


def test_counts_are_a_file(tmp_path: object) -> None:
    path = f"{tmp_path}/counts.parquet"
    many = EntryCounts({"en": np.array([3, 0, 7]), "de": np.array([1])}, "lists", {"en": 2.5})
    many.write(path)

    read = read_counts(path)

    assert {lang: c.tolist() for lang, c in read.by_lang.items()} == {"de": [1], "en": [3, 0, 7]}
    assert (read.listed, read.thresholds) == ("lists", {"en": 2.5})
    EntryCounts({}).write(path)
    assert read_counts(path).flat.tolist() == []


def test_counts_of_another_list_are_refused(tmp_path: object) -> None:
    one, other = EntryCounts({}, "a list"), EntryCounts({}, "another")

    with pytest.raises(ValueError, match="of another entry list"):
        one + other
    assert (one + EntryCounts({})).listed == "a list"
    with pytest.raises(ValueError, match="there are no counts"):
        read_counts(f"{tmp_path}/gone.parquet")
