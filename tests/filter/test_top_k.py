import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.spark.top_k import collect_hashes, cuts, nth_smallest, token_hash

# Many ties, as in the tail of every vocabulary: 3 tokens occur nine times, 5 five times, ...
SIZES = {9: 3, 5: 5, 2: 40, 1: 200}
TOKENS = sum(SIZES.values())


@pytest.fixture(scope="module")
def counts(spark: SparkSession) -> DataFrame:
    rows = [(f"t{count}-{i}", count) for count, size in SIZES.items() for i in range(size)]
    return spark.createDataFrame(rows, "token STRING, count LONG").cache()


@pytest.fixture(scope="module")
def ranked(counts: DataFrame) -> list[str]:
    """All tokens in the order that sorting gives."""
    ordered = counts.orderBy(F.desc("count"), token_hash()).collect()
    return [row.token for row in ordered]


@pytest.mark.parametrize("most", [1, 2, 3, 4, 8, 9, 30, 48, 49, 200, TOKENS - 1, TOKENS, 10**9])
def test_the_list_is_the_top_of_the_sorted_table(
    counts: DataFrame, ranked: list[str], most: int
) -> None:
    listed, _ = cuts(counts, most, at_hand=10)

    assert {row.token for row in counts.where(listed.holds()).collect()} == set(ranked[:most])


def test_a_list_that_is_short_enough_is_at_hand_as_a_whole(counts: DataFrame) -> None:
    listed, head = cuts(counts, most=20, at_hand=20)

    assert head == listed
    assert len(collect_hashes(counts, head)) == 20


@pytest.mark.parametrize(("at_hand", "tokens"), [(0, 0), (2, 0), (3, 3), (7, 3), (8, 8), (47, 8)])
def test_else_whole_counts_of_it_are(counts: DataFrame, at_hand: int, tokens: int) -> None:
    listed, head = cuts(counts, most=100, at_hand=at_hand)

    hashes = collect_hashes(counts, head)

    assert head != listed
    assert len(hashes) == tokens
    assert hashes.tolist() == sorted(hashes.tolist())


def test_the_list_does_not_depend_on_partitions(counts: DataFrame) -> None:
    assert {cuts(counts.repartition(n), 100, 50) for n in (1, 5)} == {cuts(counts, 100, 50)}


def test_a_vocabulary_of_nothing_has_an_empty_list(counts: DataFrame) -> None:
    listed, head = cuts(counts.limit(0), 10, 10)

    assert head == listed
    assert collect_hashes(counts.limit(0), head).tolist() == []


HASHES = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-3, 3),
    st.sampled_from([-(2**63), 2**63 - 1, 2**48, 2**48 - 1, -(2**48)]),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sets(HASHES, min_size=1, max_size=30), st.data())
def test_exactly_n_hashes_are_not_above_the_nth(
    spark: SparkSession, hashes: set[int], data: st.DataObject
) -> None:
    table = spark.createDataFrame([(value,) for value in hashes], "hash LONG")
    n = data.draw(st.integers(1, len(hashes)))

    border = nth_smallest(table, n)

    assert sum(value <= border for value in hashes) == n
