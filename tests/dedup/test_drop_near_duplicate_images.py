from random import Random

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.dedup.drop_near_duplicate_images import DropNearDuplicateImages, near_hashes
from crawl2clip.dedup.near.pdq import phash
from crawl2clip.engine.spark_executor import observed
from tests.dedup.pictures import copies, jpeg, picture

SCHEMA = "uid STRING, phash BINARY, width INT, height INT, problem STRING"
Hash = np.ndarray


def chance_hash(seed: int) -> bytes:
    return np.random.default_rng(seed).bytes(32)


def flip(data: bytes, *bits: int) -> bytes:
    unpacked = np.unpackbits(np.frombuffer(data, np.uint8))
    unpacked[list(bits)] ^= 1
    return np.packbits(unpacked).tobytes()


def test_the_largest_of_those_that_are_linked_stays(spark: SparkSession) -> None:
    a, b, c, d = map(chance_hash, range(4))
    far = flip(a, *range(0, 124, 4))  # 31 bits
    rows = [
        ("a1", a, 100, 100, None),
        ("a2", a, 100, 100, None),
        ("a3", far, 200, 100, None),  # the largest
        ("a4", flip(far, *range(1, 84, 4)), 100, 200, None),  # near a3 alone, and as large
        ("b1", b, 100, 100, None),
        ("b2", flip(b, *range(0, 128, 4)), 100, 100, None),  # 32 bits: one too many
        ("c2", c, None, None, None),
        ("c1", c, None, 5, None),
        ("d1", d, 9, 9, None),
        ("d2", d, 9, 9, "http 404: gone"),
        ("e1", None, 9, 9, None),
        ("e2", None, 9, 9, None),
        ("d1", d, 9, 9, None),  # the same pair once more: drop_duplicates is for that
    ]
    pairs = spark.createDataFrame(rows, SCHEMA).repartition(3)

    kept, counts = observed(pairs, (DropNearDuplicateImages(),))
    uids = sorted(row.uid for row in kept.collect())

    assert uids == ["a3", "b1", "b2", "c1", "d1", "d1", "d2", "e1", "e2"]
    assert [seen.get["pairs"] for seen in counts] == [12, 8], "as the runner counts"
    assert kept.columns == pairs.columns


def test_copies_of_pictures_are_found_and_strangers_left_alone(spark: SparkSession) -> None:
    chance = Random(1)
    rows = []
    for number in range(60):
        image = picture(number)
        made = {"original": jpeg(image)} | copies(image, chance)
        rows += [(f"{number:03}-{kind}", phash(data, 50, 10**8), 0, 0, None)
                 for kind, data in made.items()]  # fmt: skip
    pairs = spark.createDataFrame(rows, SCHEMA).repartition(3)

    kept = [row.uid for row in DropNearDuplicateImages()(pairs).collect()]

    assert {uid[:3] for uid in kept} == {f"{number:03}" for number in range(60)}
    assert len(kept) <= 60 + 0.05 * 300, "95 % of the copies are dropped"
    assert len(kept) >= 60, "and no picture with them"


def test_pairs_within_15_bits_are_met_wherever_the_bits_are(spark: SparkSession) -> None:
    chance = Random(2)
    known = [chance_hash(n) for n in range(300)]
    near = [flip(data, *chance.sample(range(256), 15)) for data in known]
    wide = [flip(data, *chance.sample(range(256), 31)) for data in known]
    worst = flip(known[0], *range(0, 240, 16))  # a bit in each band but one
    hashes = spark.createDataFrame([(x,) for x in [*known, *near, *wide, worst]], "phash BINARY")

    edges = {
        frozenset((bytes(row.a), bytes(row.b)))
        for row in near_hashes(hashes, 31, 6.0, 16).collect()
    }

    assert all(frozenset(pair) in edges for pair in zip(known, near, strict=True))
    assert frozenset((known[0], worst)) in edges
    met = sum(frozenset(pair) in edges for pair in zip(known, wide, strict=True))
    assert met > 0.8 * 300  # a band without one of 31 bits: 1 - e^(-16 (15/16)^31) = 0.88


def test_a_hash_that_a_third_of_all_share_is_one_row_where_it_matters(
    spark: SparkSession,
) -> None:
    pairs = spark.range(6_000).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        F.unhex(F.when(F.col("id") % 3 == 0, F.sha2(F.lit("hot"), 256))
                .otherwise(F.sha2(F.col("id").cast("string"), 256))).alias("phash"),
    )  # fmt: skip

    assert DropNearDuplicateImages()(pairs).count() == 4_001


def test_neither_order_nor_partitions_change_what_stays_and_once_is_enough(
    spark: SparkSession,
) -> None:
    chance = Random(4)
    bits = [chance.sample(range(256), i % 25) for i in range(60)]
    made = [(f"{i:02}", flip(chance_hash(i % 5), *bits[i]), i % 3, 1, None)
            for i in range(60)]  # fmt: skip
    ordered = spark.createDataFrame(made, SCHEMA).coalesce(1)
    spread = spark.createDataFrame(made[::-1], SCHEMA).repartition(4)

    once = DropNearDuplicateImages()(ordered).localCheckpoint()

    assert 5 <= once.count() < 60
    assert uids(once) == uids(DropNearDuplicateImages()(spread))
    assert uids(once) == uids(DropNearDuplicateImages()(once))


@pytest.mark.parametrize("wrong", [{"max_distance": 257}, {"max_distance": -1}, {"reach": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DropNearDuplicateImages(**wrong).check()


def uids(pairs: DataFrame) -> list[str]:
    return sorted(row.uid for row in pairs.collect())
