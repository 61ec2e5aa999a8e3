from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.balance.balance_entries import BalanceEntries, entry_counts
from crawl2clip.balance.probabilities.entry_counts import read_counts
from crawl2clip.balance.spark.entry_counting import count_entries
from crawl2clip.shared.run_context import RunContext
from crawl2clip.spark.arrow_step import NeedsSpark
from crawl2clip.spark.draw import draw

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


def test_the_law_is_that_of_the_closed_form(pairs: DataFrame) -> None:
    # Of 4,000 pairs 3,990 are kept with 0.1, and ten for sure: 409 on average over all seeds.
    drawn = [F.count_if(draw(seed) < F.col("p")).alias(f"s{seed}") for seed in range(200)]
    size = F.size("entry_ids")
    chance = pairs.withColumn("p", F.when(size == 2, 1.0).when(size == 1, 0.1).otherwise(0.0))

    kept = list(chance.agg(*drawn).first())

    assert sum(kept) / len(kept) == pytest.approx(409, rel=0.01)


def test_a_wanted_size_is_what_is_kept(pairs: DataFrame) -> None:
    for size in (100, 1_234, 3_999):
        assert BalanceEntries(size=size)(pairs).count() == pytest.approx(size, abs=2)
    assert BalanceEntries(size=1_000_000)(pairs).count() == 4_000, "there are no more"


def test_a_share_of_the_tail_decides_t(pairs: DataFrame) -> None:
    # Of 4,010 matches the entry of ten pairs holds a quarter of a percent, the other the rest.
    kept = BalanceEntries(tail_share=0.0025)(pairs)

    assert _uids(kept) == _uids(BalanceEntries(t=10)(pairs))


def test_a_cap_keeps_exactly_t_of_each_entry(pairs: DataFrame) -> None:
    few, more = (
        {row.id for row in BalanceEntries(t=t, form="cap")(pairs).collect()} for t in (5, 400)
    )
    tail = [row.id for row in pairs.where("id < 10").orderBy(draw(0)).collect()]

    assert few == _first(pairs, 5) | set(tail[:5])
    assert more == _first(pairs, 400) | set(tail)
    assert few < more


def _first(pairs: DataFrame, t: int) -> set[int]:
    """The t matched pairs with the smallest draws, found by sorting them."""
    rows = pairs.where("id < 4000").orderBy(draw(0)).limit(t).collect()
    return {row.id for row in rows}


def test_online_keeps_all_that_have_a_chance(pairs: DataFrame) -> None:
    rows = BalanceEntries(t=400, form="online")(pairs).collect()

    assert len(rows) == 4_000
    assert sum(row.keep_prob for row in rows) == pytest.approx(409)


@pytest.mark.parametrize(
    "stage",
    [
        BalanceEntries(t=101, seed=7),
        BalanceEntries(t=400, form="online"),
        BalanceEntries(size=300),
        BalanceEntries(tail_share=0.06),
    ],
    ids=repr,
)
def test_workers_alone_keep_the_same(pairs: DataFrame, stage: BalanceEntries) -> None:
    alone = stage.in_workers(pairs)

    assert alone.table(pairs).exceptAll(stage(pairs)).isEmpty()
    assert stage(pairs).exceptAll(alone.table(pairs)).isEmpty()


@pytest.mark.parametrize(
    "stage", [BalanceEntries(t=20, seed=7), BalanceEntries(size=300)], ids=repr
)
def test_workers_alone_keep_the_same_of_several_lists(
    pairs: DataFrame, stage: BalanceEntries
) -> None:
    langs = F.expr("case id % 4 when 0 then 'en' when 1 then 'de' when 2 then 'fr' end")
    listed = F.when(langs.isNotNull(), F.col("entry_ids"))
    by_lang = pairs.withColumn("entry_lang", langs).withColumn("entry_ids", listed)
    alone = stage.in_workers(by_lang)

    assert alone.table(by_lang).count() > 0
    assert alone.table(by_lang).exceptAll(stage(by_lang)).isEmpty()
    assert stage(by_lang).exceptAll(alone.table(by_lang)).isEmpty()


@pytest.mark.parametrize("stage", [BalanceEntries(form="cap"), BalanceEntries(texts="one")])
def test_what_needs_other_rows_is_not_for_workers_alone(
    pairs: DataFrame, stage: BalanceEntries
) -> None:
    with pytest.raises(NeedsSpark, match=r"with (form: cap|texts: one), needs a shuffle"):
        stage.in_workers(pairs)


def test_counts_of_another_crawl_count(pairs: DataFrame, tmp_path: Path) -> None:
    one, other = pairs.where("id % 3 = 0"), pairs.where("id % 3 > 0")
    files = {name: str(tmp_path / name) for name in ("one", "other")}
    count_entries(one).write(files["one"])
    count_entries(other).write(files["other"])

    parts = [
        BalanceEntries(t=400, counts=files["other"])(one),
        BalanceEntries(t=400, counts=files["one"])(other),
    ]

    assert _uids(parts[0]) | _uids(parts[1]) == _uids(BalanceEntries(t=400)(pairs))


def test_a_run_finds_its_counts_in_its_folder(pairs: DataFrame, tmp_path: Path) -> None:
    BalanceEntries(size=1_000).in_run(RunContext(str(tmp_path)))(pairs)

    left = read_counts(str(tmp_path / "entry_counts.parquet"))

    assert left.by_lang[""].tolist() == [4_000, 0, 0, 0, 0, 0, 0, 10]
    below, above = (BalanceEntries(t=int(left.thresholds[""]) + i)(pairs) for i in (0, 1))
    assert _uids(below) <= _uids(BalanceEntries(size=1_000)(pairs)) <= _uids(above)


def test_one_text_an_image_each_with_the_same_chance(spark: SparkSession) -> None:
    # 600 images of three texts each, of which one matches nothing; a fourth row has a problem.
    pairs = spark.range(2_400).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        F.concat(F.lit("u"), (F.col("id") / 4).cast("int").cast("string")).alias("url"),
        (F.col("id") % 4).alias("text"),
        F.when(F.col("id") % 4 < 2, F.array(F.lit(1))).otherwise(F.expr("array()")).alias("ids"),
        F.when(F.col("id") % 4 == 3, "bad: row").alias("problem"),
    )
    pairs = pairs.withColumn("entry_ids", F.col("ids").cast("array<int>")).repartition(5)
    stage = BalanceEntries(t=1_200, texts="one")

    kept = stage(pairs).collect()

    good = [row for row in kept if row.problem is None]
    assert len(kept) - len(good) == 600
    assert len({row.url for row in good}) == len(good) == 600
    # 600 tosses: mean 300, standard deviation 12.2; five of these either way.
    assert 239 <= sum(row.text == 0 for row in good) <= 361
    assert {row.text for row in good} == {0, 1}
    counted_over_all = stage.counted(pairs).by_lang[""]
    assert counted_over_all.tolist() == [0, 1_200]
    assert _uids(stage(pairs.repartition(1))) == {row.uid for row in kept}


def test_each_language_is_balanced_by_its_own_counts(spark: SparkSession) -> None:
    # Entry 0 means another word in each list. English: 900 and 100 pairs; Thai: 90 and 10.
    rows = [("en", 0)] * 900 + [("en", 1)] * 100 + [("th", 0)] * 90 + [("th", 1)] * 10
    rows += [(None, None)] * 5
    pairs = spark.createDataFrame(
        [
            (md5(str(i).encode()).hexdigest(), lang, [] if entry is None else [entry])
            for i, (lang, entry) in enumerate(rows)
        ],
        "uid STRING, entry_lang STRING, entry_ids ARRAY<INT>",
    ).repartition(3)
    stage = BalanceEntries(t=101)

    chances = {
        (r.entry_lang, r.entry_ids[0]): r.keep_prob
        for r in BalanceEntries(t=101, form="online")(pairs).collect()
    }

    assert stage.thresholds(pairs, stage.counted(pairs)) == {"en": 101, "th": 10}
    assert chances == {
        ("en", 0): pytest.approx(101 / 900),
        ("en", 1): 1,
        ("th", 0): pytest.approx(10 / 90),
        ("th", 1): 1,
    }
    sized = [row.entry_lang for row in BalanceEntries(size=400)(pairs).collect()]
    assert len(sized) == pytest.approx(400, abs=12)  # Thai's t goes in steps
    assert stage(pairs.limit(0)).count() == 0


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"t": 0}, "1 or more"),
        ({"size": 0}, "1 or more"),
        ({"tail_share": 6.0}, "between 0 and 1, such as 0.06"),
        ({"t": 20_000, "size": 400}, "t and size each decide"),
        ({"counts": "/no/such/counts.parquet"}, "there are no counts"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        BalanceEntries(**settings).check()


def _uids(pairs: DataFrame) -> set[str]:
    return {row.uid for row in pairs.collect()}


def shuffled_rows(spark: SparkSession) -> int:
    """Rows that all stages so far have written for others to fetch."""
    context = spark.sparkContext
    none = context._gateway.new_array(context._jvm.double, 0)
    stages = context._jsc.sc().statusStore().stageList(None, False, False, none, None)
    return sum(stages.apply(place).shuffleWriteRecords() for place in range(stages.size()))


def test_only_counts_travel_pairs_stay_where_they_are(pairs: DataFrame, tmp_path: Path) -> None:
    pairs.repartition(3).write.parquet(str(tmp_path / "pairs"))
    table = pairs.sparkSession.read.parquet(str(tmp_path / "pairs"))
    before = shuffled_rows(pairs.sparkSession)

    balanced = BalanceEntries(t=400)(table)
    balanced.write.parquet(str(tmp_path / "kept"))

    assert "Exchange" not in balanced._jdf.queryExecution().executedPlan().toString()
    # Each task sends a row for each of the entries it has met: 0 and 7.
    assert 2 <= shuffled_rows(pairs.sparkSession) - before <= 2 * 3
