"""Keep the pairs listed in a DataComp subset file."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.digest_set import is_listed
from crawl2clip.filter.subsets import subset_file
from crawl2clip.filter.subsets.subset_file import SubsetLayout
from crawl2clip.io.redaction import guarded
from crawl2clip.stage import Stage, is_problem, stage

MOST_BROADCAST = 10_000_000  # uids: 160 MB in each worker
_SLICE = 1_000_000  # uids read at a time


@stage
class KeepSubset(Stage):
    """Keep the pairs whose uid is in a subset file, in DataComp's format.

    file: .npy of pairs of unsigned 64-bit numbers, the halves of a uid of 32 hex digits. The
    command `subset` writes and intersects such files. A uid may occur in it more than once.

    Cost: 16 bytes per uid in each worker if the file holds at most 10 million. Beyond that, one
    shuffle of the pairs by uid: use it before the images are fetched.
    """

    reads = ("uid",)
    files = ("file",)
    main = "file"
    needs_spark = "joins the pairs with a list of uids"

    file: str

    def check(self) -> None:
        subset_file.read_layout(self.file)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        layout = subset_file.read_layout(self.file)
        if layout.uids <= MOST_BROADCAST:
            return pairs.where(
                F.coalesce(_chosen(self.file, layout), F.lit(False)) | is_problem(pairs)
            )
        good = pairs.where(~is_problem(pairs))
        uids = uids_in(pairs.sparkSession, self.file, layout).hint("merge")
        return good.join(uids, "uid", how="left_semi").unionByName(pairs.where(is_problem(pairs)))


def _chosen(path: str, layout: SubsetLayout) -> Column:
    """Return whether the file contains the pair's uid; reads the whole file once, here."""
    keys = subset_file.keys(subset_file.read(path, layout, 0, layout.uids))
    shared = SparkSession.active().sparkContext.broadcast(keys)

    @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
    def chosen(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for uids in batches:
            yield is_listed(uids, shared.value)

    judged: Column = chosen(F.unhex("uid"))
    return judged


def uids_in(spark: SparkSession, path: str, layout: SubsetLayout) -> DataFrame:
    """Return the uids of a file as a table; each task reads its own range."""
    slices = spark.range(0, layout.uids, _SLICE)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for first in batch["id"].to_pylist():
                uids = subset_file.read(path, layout, first, _SLICE)
                yield pa.RecordBatch.from_pydict({"uid": subset_file.digits(uids)})

    return slices.mapInArrow(guarded(read), "uid STRING")
