import random

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.dedup.drop_near_duplicate_texts import DropNearDuplicateTexts
from crawl2clip.dedup.near.minhash import jaccard
from crawl2clip.engine.spark_executor import observed

SCHEMA = "uid STRING, text STRING, site STRING, problem STRING"

DOG = "a red dog runs along the long white beach at noon"
# One letter at an end: of 44 shingles ("long " stands there twice) one is gone, another has come.
DOGS = [DOG, DOG[:-1] + "x", "b" + DOG[1:-1] + "x", "b" + DOG[1:-2] + "yx"]


def test_texts_that_are_linked_leave_one(spark: SparkSession) -> None:
    assert jaccard(DOGS[0], DOGS[3]) < jaccard(DOGS[0], DOGS[1]) == 43 / 45
    rows = [
        ("d", DOGS[0], "x", None),
        ("c", DOGS[1].upper(), "x", None),
        ("b", DOGS[2], "y", None),
        ("e", DOGS[3], "y", None),
        ("f", "a blue cat sleeps on the old grey sofa by the fire", "x", None),
        ("h", "a cat", "x", None),
        ("g", "A CAT", "x", None),
        ("i", "a bat", "x", None),
        ("j", None, "x", None),
        ("k", None, "x", None),
        ("l", DOG, "x", "http 404: gone"),
        ("m", "犬が白い砂浜を走っている写真です", "x", None),
        ("n", "犬が白い砂浜を走っている写真です。", "x", None),
    ]
    pairs = spark.createDataFrame(rows, SCHEMA).repartition(3)

    kept, counts = observed(pairs, (DropNearDuplicateTexts(),))

    assert uids(kept) == ["b", "f", "g", "i", "j", "k", "l", "m"]
    assert [seen.get["pairs"] for seen in counts] == [12, 7], "as the runner counts"
    assert kept.columns == pairs.columns
    # Within a site: d and c on x, b and e on y.
    assert uids(DropNearDuplicateTexts(within=("site",))(pairs)) == [
        "b", "c", "f", "g", "i", "j", "k", "l", "m",
    ]  # fmt: skip


def test_null_in_a_column_of_within_equals_nothing(spark: SparkSession) -> None:
    rows = [("a", DOG, None, None), ("b", DOG, None, None), ("c", DOG, "x", None)]
    pairs = spark.createDataFrame(rows, SCHEMA)

    assert uids(DropNearDuplicateTexts(within=("site",))(pairs)) == ["a", "b", "c"]


def test_near_texts_are_found_and_others_left_alone(spark: SparkSession) -> None:
    chance = random.Random(3)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=5)) for _ in range(500)]
    texts = [" ".join(chance.choices(words, k=14)) for _ in range(400)]
    rows, far = [], set()
    for number, text in enumerate(texts):
        other = " ".join([*text.split()[:-1], chance.choice(words)])
        half = " ".join([*text.split()[:9], *chance.choices(words, k=5)])
        assert jaccard(text, other) >= 0.8
        rows += [(f"{number:03}a", text, "", None), (f"{number:03}b", other, "", None)]
        if jaccard(text, half) < 0.79 and jaccard(other, half) < 0.79:
            rows.append((f"{number:03}c", half, "", None))
            far.add(f"{number:03}c")
    pairs = spark.createDataFrame(rows, SCHEMA).repartition(3)

    kept = set(uids(DropNearDuplicateTexts()(pairs)))

    assert len(far) > 300
    assert kept >= far | {f"{number:03}a" for number in range(400)}
    assert sum(f"{number:03}b" in kept for number in range(400)) <= 0.05 * 400


def test_a_million_variations_of_one_text_cost_no_more_for_each(spark: SparkSession) -> None:
    text = F.concat(F.lit("buy the best shoes of all the town in our shop, number "), F.col("id"))
    pairs = spark.range(3_000).select(
        F.format_string("%06d", "id").alias("uid"), text.alias("text")
    )

    assert uids(DropNearDuplicateTexts(reach=2)(pairs)) == ["000000"]


def test_neither_order_nor_partitions_change_what_stays_and_once_is_enough(
    spark: SparkSession,
) -> None:
    texts = [*DOGS, DOG[4:], "cat"]
    made = [(f"{i:02}", texts[i % 6] + "ab"[: i // 6 % 3], "", None) for i in range(40)]
    ordered = spark.createDataFrame(made, SCHEMA).coalesce(1)
    spread = spark.createDataFrame(made[::-1], SCHEMA).repartition(4)

    once = DropNearDuplicateTexts()(ordered).localCheckpoint()

    assert 2 <= once.count() < 10
    assert uids(once) == uids(DropNearDuplicateTexts()(spread))
    assert uids(once) == uids(DropNearDuplicateTexts()(once))


@pytest.mark.parametrize(
    "wrong", [{"similarity": 0.0}, {"similarity": 1.1}, {"recall": 1.0}, {"reach": 0}]
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DropNearDuplicateTexts(**wrong).check()  # type: ignore[arg-type]


def uids(pairs: DataFrame) -> list[str]:
    return sorted(row.uid for row in pairs.collect())
