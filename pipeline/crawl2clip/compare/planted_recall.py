"""Count how much of what the synthetic web planted is left in each set."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.compare.run_loading import ComparedRun
from crawl2clip.compare.set_membership import key_of
from crawl2clip.recipe import RecipeError

CLEAN, UNTRUE = "clean", "untrue"
NEEDED = {"url", "text", "kind", "is_true", "scene_id"}


@dataclass(frozen=True)
class PlantedKind:
    """Distinct pairs of a kind: in the crawl as it was made, and in each set."""

    kind: str
    planted: int
    left: tuple[int, ...]


def read_truth(spark: SparkSession, path: str) -> DataFrame:
    """Return the truth's rows that are pairs, with `uid`.

    Raises RecipeError if it is no such table.
    """
    try:
        truth = spark.read.parquet(path)
    except AnalysisException:
        raise RecipeError(f"{path} is not a Parquet table; crawl2clip sample writes one") from None
    missing = sorted(NEEDED - set(truth.columns))
    if missing:
        raise RecipeError(f"{path} lacks {', '.join(missing)}; give a sample's truth.parquet")
    uid = F.md5(F.concat_ws("\0", "url", "text").cast("binary"))
    return truth.where("url is not null and text is not null").withColumn("uid", uid)


def planted_recall(sets: Sequence[ComparedRun], truth: DataFrame) -> tuple[PlantedKind, ...]:
    """Count by kind what is left in each set; a pair may be of several kinds.

    `clean` pairs have no kind, `untrue` is any text that does not describe its image. The truth is
    broadcast, so only pairs that it contains are shuffled.
    """
    kinds = _kinds(truth)
    of_all = {row["kind"]: row["count"] for row in kinds.groupBy("kind").count().collect()}
    left: dict[tuple[str, int], int] = {}
    for place, one in enumerate(sets):
        known = one.pairs.select(key_of("uid").alias("key")).join(
            F.broadcast(kinds), "key", how="inner"
        )
        counted = known.distinct().groupBy("kind").count()
        left |= {(row["kind"], place): row["count"] for row in counted.collect()}
    return tuple(
        PlantedKind(kind, of_all[kind], tuple(left.get((kind, i), 0) for i in range(len(sets))))
        for kind in sorted(of_all, key=lambda kind: (kind not in (CLEAN, UNTRUE), kind))
    )


def _kinds(truth: DataFrame) -> DataFrame:
    """Return the distinct (key, kind)."""
    no_kind = F.size("kind") == 0
    own = F.when(no_kind & F.col("is_true"), F.array(F.lit(CLEAN))).otherwise(F.col("kind"))
    wrong = F.when(F.col("is_true"), F.array()).otherwise(F.array(F.lit(UNTRUE)))
    kinds = F.explode(F.concat(own, wrong.cast("array<string>"))).alias("kind")
    return truth.select(key_of("uid").alias("key"), kinds).distinct()
