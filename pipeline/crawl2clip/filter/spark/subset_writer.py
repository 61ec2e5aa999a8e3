"""Write subset files from tables and from other subset files.

Not a step, as a subset is no table of pairs.
"""

import uuid
from collections.abc import Iterator
from typing import BinaryIO

import fsspec
import pyarrow as pa
from pyspark import TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.keep_subset import uids_in
from crawl2clip.filter.subsets import subset_file
from crawl2clip.io.files import replacing
from crawl2clip.io.redaction import guarded
from crawl2clip.stage import is_problem

_COPY_BYTES = 1 << 24
_PART = "part BIGINT, path STRING, uids BIGINT"


def write_subset(pairs: DataFrame, path: str) -> int:
    """Write the distinct uids of the pairs as a subset file, and return their number.

    Raises ValueError if a uid is not of 32 hex digits.

    Cost: one shuffle of 16 bytes per pair to find the distinct ones, one to sort them. Each task
    writes its range into a folder beside the file, and the driver concatenates them block by block,
    so it never holds all uids. The file gets its final name once it is complete.
    """
    good = pairs.where(~is_problem(pairs)).select("uid")
    if odd := good.where("uid is null or not uid rlike '^[0-9a-fA-F]{32}$'").head():
        raise ValueError(f"{odd.uid!r} is not a uid of 32 hex digits, as a subset file needs")
    ranges = good.select(F.unhex("uid").alias("uid")).distinct().repartitionByRange("uid")
    return _written(ranges.sortWithinPartitions("uid"), path)


def write_intersection(spark: SparkSession, first: str, second: str, path: str) -> int:
    """Write the uids that two subset files share, and return their number; DataComp-1B is made so.

    Raises ValueError if one is no subset file. Cost: one shuffle of each.
    """
    uids = [uids_in(spark, name, subset_file.read_layout(name)) for name in (first, second)]
    return write_subset(uids[0].join(uids[1].hint("merge"), "uid", how="left_semi"), path)


def _written(uids: DataFrame, path: str) -> int:
    files, folder = fsspec.url_to_fs(f"{path}.{uuid.uuid4().hex}.tmp")
    files.makedirs(folder, exist_ok=True)
    try:
        parts = (
            uids.mapInArrow(guarded(_Part(folder)), _PART).orderBy("part").collect()
        )  # one a task
        count = sum(int(part.uids) for part in parts)
        with replacing(path) as whole:
            subset_file.write_header(whole, count)
            for part in parts:
                _append(part.path, whole)
        return count
    finally:
        files.rm(folder, recursive=True)


def _append(path: str, whole: BinaryIO) -> None:
    with fsspec.open(path, "rb") as part:
        while block := part.read(_COPY_BYTES):
            whole.write(block)


class _Part:
    """Function for mapInArrow that writes a range of uids to a file and returns its path."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # A retried or speculative attempt writes a file of its own.
        path, count = f"{self.folder}/{uuid.uuid4().hex}", 0
        with fsspec.open(path, "wb") as file:
            for batch in batches:
                file.write(subset_file.halves(batch["uid"]).tobytes())
                count += batch.num_rows
        task = TaskContext.get()
        part = task.partitionId() if task else 0
        yield pa.RecordBatch.from_pylist([{"part": part, "path": path, "uids": count}])
