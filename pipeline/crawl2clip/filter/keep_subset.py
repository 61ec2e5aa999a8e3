"""Pairs that somebody has chosen already."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.digest_set import listed
from crawl2clip.filter.subsets import subset_file
from crawl2clip.filter.subsets.subset_file import Place
from crawl2clip.io.redaction import guarded
from crawl2clip.stage import Stage, is_problem, stage

MOST_BROADCAST = 10_000_000  # uids, 160 MB in each worker
_SLICE = 1_000_000  # uids that are read at a time


@stage
class KeepSubset(Stage):
    """Keep the pairs whose uid stands in a subset file, in DataComp's format.

    file: .npy of pairs of unsigned 64-bit numbers, the halves of a uid of 32 hex digits. The
    command subset writes such files and intersects them. A uid may stand in it twice.

    Cost: the file in each worker, 16 bytes a uid, if it holds no more than 10 million. Beyond that,
    one shuffle of the pairs by uid: put it before the images are fetched.
    """

    reads = ("uid",)
    files = ("file",)
    main = "file"
    needs_spark = "joins the pairs with a list of uids"

    file: str

    def check(self) -> None:
        subset_file.place(self.file)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        there = subset_file.place(self.file)
        if there.uids <= MOST_BROADCAST:
            return pairs.where(
                F.coalesce(_chosen(self.file, there), F.lit(False)) | is_problem(pairs)
            )
        good = pairs.where(~is_problem(pairs))
        uids = uids_in(pairs.sparkSession, self.file, there).hint("merge")
        return good.join(uids, "uid", how="left_semi").unionByName(pairs.where(is_problem(pairs)))


def _chosen(path: str, there: Place) -> Column:
    """Whether the file names the pair's uid; the file is read here, once."""
    keys = subset_file.keys(subset_file.read(path, there, 0, there.uids))
    shared = SparkSession.active().sparkContext.broadcast(keys)

    @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
    def chosen(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for uids in batches:
            yield listed(uids, shared.value)

    judged: Column = chosen(F.unhex("uid"))
    return judged


def uids_in(spark: SparkSession, path: str, there: Place) -> DataFrame:
    """The uids of a file, each task reading its own part of it."""
    slices = spark.range(0, there.uids, _SLICE)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for first in batch["id"].to_pylist():
                uids = subset_file.read(path, there, first, _SLICE)
                yield pa.RecordBatch.from_pydict({"uid": subset_file.digits(uids)})

    return slices.mapInArrow(guarded(read), "uid STRING")
