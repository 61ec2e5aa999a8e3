"""Prepare training pairs from a table: good pairs only, in random order, some held out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import ceil

import fsspec
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import public
from crawl2clip.spark.draw import draw
from crawl2clip.spark.sql_conditions import condition

RECEIPT = "pairs.json"
PAIRS_PER_FILE = 10_000
LEAST_FILES = 16  # so that a few processes share even a small set
MOST_HELD_OUT = 10_000


@dataclass(frozen=True)
class PairSelection:
    """Selection of the pairs to train on.

    source: a Parquet table with image and text. where: a Spark SQL condition for the good pairs.
    held_out: the share of images kept for validation, with all their texts; about ten thousand
    pairs at most.
    """

    source: str
    where: str = "true"
    held_out: float = 0.05
    seed: int = 0

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        if not 0 <= self.held_out < 1:
            raise ValueError(f"held_out is a share: 0 to 1, 1 excluded, not {self.held_out}")

    def good(self, spark: SparkSession) -> DataFrame:
        """Return image, text and uid of the good pairs.

        Raises ValueError if it is no such table.
        """
        try:
            pairs = spark.read.parquet(self.source)
            good = pairs.where(condition(pairs, self.where)).where(
                "image is not null and text is not null"
            )
            if "problem" in pairs.columns:
                good = good.where("problem is null")
            uid = F.col("uid") if "uid" in pairs.columns else F.md5(_bytes_of_both())
            return good.select("image", "text", uid.alias("uid"))
        except AnalysisException as error:
            raise ValueError(f"{self.source}: {str(error).splitlines()[0]}") from None


def prepare(spark: SparkSession, asked: PairSelection, folder: str) -> dict[str, object]:
    """Write FOLDER/train and FOLDER/validation, and a record last; does nothing if that exists.

    Shuffles the images once. The file and position of a pair depend on its uid and the seed. Raises
    ValueError if no pair is good, or the folder holds pairs of other settings.
    """
    known = _receipt(folder)
    if known is not None:
        if known["asked"] != public(asdict(asked)):
            raise ValueError(f"{folder} holds other pairs: {known['asked']}; name another folder")
        return known
    good = asked.good(spark)
    count = good.count()
    if not count:
        raise ValueError(f"{asked.source} has no pair of image and text where {asked.where}")
    aside = draw(asked.seed, key=F.md5("image")) < min(asked.held_out, MOST_HELD_OUT / count)
    counts = {}
    for name, part in {"train": good.where(~aside), "validation": good.where(aside)}.items():
        files = max(LEAST_FILES, ceil(count / PAIRS_PER_FILE))
        ordered = part.repartition(files, "uid").sortWithinPartitions(draw(asked.seed), "uid")
        ordered.write.mode("overwrite").parquet(f"{folder}/{name}")
        counts[name] = spark.read.parquet(f"{folder}/{name}").count()
    return _write_receipt(folder, {"asked": public(asdict(asked)), "pairs": counts})


def _receipt(folder: str) -> dict[str, object] | None:
    try:
        with fsspec.open(f"{folder}/{RECEIPT}", "rt", encoding="utf-8") as file:
            found: dict[str, object] = json.load(file)
    except FileNotFoundError:
        return None
    return found


def _write_receipt(folder: str, about: dict[str, object]) -> dict[str, object]:
    write_atomically(f"{folder}/{RECEIPT}", json.dumps(about, indent=2))
    return about


def _bytes_of_both() -> Column:
    return F.concat("image", F.encode("text", "UTF-8"))
