import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline.balance.balance_entries import BalanceEntries, draw, entry_counts

HEAD, TAIL = 0, 7


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    """4,000 pairs of the head entry 0; ten of them also of the tail entry 7; five of none."""
    ids = F.when(F.col("id") < 10, F.array(F.lit(HEAD), F.lit(TAIL))).otherwise(
        F.array(F.lit(HEAD))
    )
    none = F.array().cast("array<int>")
    return spark.range(4_005).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        "id",
        F.when(F.col("id") < 4_000, ids).otherwise(none).alias("entry_ids"),
    )


def test_counts_pairs_per_entry(pairs: DataFrame) -> None:
    assert entry_counts(pairs).tolist() == [4_000, 0, 0, 0, 0, 0, 0, 10]
    assert entry_counts(pairs.limit(0)).tolist() == []


def test_the_tail_is_kept_and_the_head_is_sampled(pairs: DataFrame) -> None:
    kept = BalanceEntries(t=400)(pairs).collect()
    chances = {row.id: row.keep_prob for row in kept}

    assert chances.keys() >= set(range(10)), "each of the tail"
    assert not chances.keys() & set(range(4_000, 4_005)), "none without an entry"
    assert sorted(set(chances.values())) == pytest.approx([0.1, 1.0])
    # 3,990 draws at 0.1: mean 399, standard deviation 19; five of these either way.
    assert 10 + 304 <= len(kept) <= 10 + 494


def test_t_above_every_count_keeps_all_that_match(pairs: DataFrame) -> None:
    assert BalanceEntries(t=4_000)(pairs).count() == 4_000


def test_what_t_keeps_a_larger_t_keeps_too(pairs: DataFrame) -> None:
    kept = [{row.uid for row in BalanceEntries(t=t)(pairs).collect()} for t in (50, 400, 1_000)]

    assert kept[0] < kept[1] < kept[2]


def test_the_seed_decides_and_partitions_do_not(pairs: DataFrame) -> None:
    kept = {n: _uids(BalanceEntries(t=100)(pairs.repartition(n))) for n in (1, 3, 8)}

    assert kept[1] == kept[3] == kept[8]
    assert kept[1] != _uids(BalanceEntries(t=100, seed=1)(pairs))


def test_draws_are_uniform(pairs: DataFrame) -> None:
    drawn = pairs.select(draw(0).alias("d"))
    low, high, mean = drawn.agg(F.min("d"), F.max("d"), F.avg("d")).first()

    assert 0 <= low < 0.01
    assert 0.99 < high < 1
    assert mean == pytest.approx(0.5, abs=0.025)  # five standard deviations of the mean


def test_a_t_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        BalanceEntries(t=0).check()


def _uids(pairs: DataFrame) -> set[str]:
    return {row.uid for row in pairs.collect()}
