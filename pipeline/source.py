"""Where a run's pairs come from: archives, or a Parquet table that has url and text already."""

from dataclasses import dataclass

import fsspec
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline.extract import manifest
from pipeline.extract.warc_pairs import COLUMNS
from pipeline.fingerprint import digest
from pipeline.recipe import RecipeError
from pipeline.schema import columns

WHAT_WORKS = (
    "give a .warc.gz file, a glob of them, a list of paths (warc.paths.gz), "
    "or a Parquet folder with the columns url and text"
)


@dataclass(frozen=True)
class Source:
    """A place to read pairs from, as the user named it.

    A folder, or a path that ends in .parquet, is a Parquet table; all else is WARC files.
    """

    path: str

    @property
    def is_table(self) -> bool:
        if self.path.rstrip("/").endswith(".parquet"):
            return True
        files, path = fsspec.url_to_fs(self.path)
        return bool(files.isdir(path))

    def pairs(self, spark: SparkSession) -> DataFrame:
        """All pairs of the source, read lazily. Raises RecipeError if there is nothing to read."""
        if self.is_table:
            return _table(spark, self.path)
        self._archives()
        return spark.read.format("warc_pairs").option("source", self.path).load()

    def empty(self, spark: SparkSession) -> DataFrame:
        """No pairs, with the columns that the source has: archives are not touched."""
        if self.is_table:
            return _table(spark, self.path).limit(0)
        return no_pairs(spark)

    def fingerprint(self) -> dict[str, object]:
        """What changes when the source does: how many files, and a hash of names, sizes, times."""
        paths = self._files() if self.is_table else self._archives()
        return {
            "source": self.path,
            "files": len(paths),
            "content": digest(manifest.describe(paths)),
        }

    def _archives(self) -> list[str]:
        try:
            return manifest.paths(self.path)
        except ValueError as error:
            raise RecipeError(f"{error}; {WHAT_WORKS}") from None

    def _files(self) -> list[str]:
        files, path = fsspec.url_to_fs(self.path)
        return [files.unstrip_protocol(name) for name in sorted(files.find(path))]


def no_pairs(spark: SparkSession) -> DataFrame:
    """An empty table with the columns that archives give."""
    return spark.createDataFrame([], columns(*COLUMNS))


def _table(spark: SparkSession, path: str) -> DataFrame:
    try:
        pairs = spark.read.parquet(path)
    except AnalysisException:
        raise RecipeError(f"{path} holds no Parquet table; {WHAT_WORKS}") from None
    missing = {"url", "text"} - set(pairs.columns)
    if missing:
        there = ", ".join(pairs.columns)
        raise RecipeError(f"{path} has no column {' and '.join(sorted(missing))}; it has {there}")
    if "uid" in pairs.columns:
        return pairs
    # The same identity that archives give, so that both doors lead to the same draws.
    return pairs.withColumn("uid", F.md5(F.concat_ws("\0", "url", "text").cast("binary")))
