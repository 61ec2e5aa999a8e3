"""The end of the line: tars that open_clip trains on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any

import fsspec
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.schema import columns
from pipeline.shard.tar import DIGITS, Sample, extension, write_sizes, write_tar
from pipeline.stage import Stage, run_folder, stage

MOST = 10**DIGITS


@stage
class WriteShards(Stage):
    """Write pairs as WebDataset tars into `<run>/<folder>`; the table becomes one row a tar.

    A sample is `key.jpg`, `key.txt` (the caption) and `key.json` (all other columns). Which shard a
    pair goes to and where it stands is a hash of its uid, so equal pairs make equal tars whatever
    the cluster, and each shard is a random part of the set. Shards hold `pairs_per_shard` on
    average, a little more or less each. The driver writes `sizes.json` ({tar: pairs}), from which
    open_clip knows how many there are, when the last tar stands.

    Cost: one shuffle of whole rows, images included, and a count of the pairs before it. A task
    holds no more than one batch of images.
    """

    reads = ("uid", "text", "image")
    adds = ("shard_path", "shard_pairs", "shard_bytes", "shard_sha256")
    replaces = True
    main = "folder"

    folder: str = "shards"
    pairs_per_shard: int = 10_000

    def check(self) -> None:
        if not 1 <= self.pairs_per_shard <= MOST // 2:
            raise ValueError(f"pairs_per_shard is 1 to {MOST // 2:,}, not {self.pairs_per_shard}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        good = pairs.where("image is not null and text is not null")
        number = F.ceil(good.agg(F.count("uid")).scalar() / self.pairs_per_shard)
        place = F.xxhash64("uid", F.lit("shard"))
        placed = good.withColumns(
            {"_shard": F.pmod(place, F.greatest(number, F.lit(1))).cast("long"), "_place": place}
        )
        together = placed.repartition("_shard").sortWithinPartitions("_shard", "_place", "uid")
        return together.mapInArrow(
            _Writer(run_folder(pairs.sparkSession, self.folder)), columns(*self.adds)
        )

    def finish(self, table: DataFrame) -> None:
        """Write sizes.json, and clear away what stopped or earlier attempts have left."""
        folder = run_folder(table.sparkSession, self.folder)
        files, path = fsspec.url_to_fs(folder)
        sizes = {  # of tars: ten thousand times fewer than pairs
            PurePosixPath(row["shard_path"]).name: row["shard_pairs"]
            for row in table.select("shard_path", "shard_pairs").orderBy("shard_path").collect()
        }
        files.makedirs(path, exist_ok=True)
        for left in files.ls(path, detail=False):
            name = PurePosixPath(left).name
            if name.endswith((".tar", ".tmp")) and name not in sizes:
                files.rm(left)
        write_sizes(sizes, folder)


@dataclass(frozen=True)
class _Writer:
    """For mapInArrow: rows in order of shard in, a row for each tar out."""

    folder: str

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in batch.to_pylist())
        for number, of_shard in groupby(rows, key=itemgetter("_shard")):
            shard = write_tar(map(_sample, of_shard), self.folder, number)
            yield pa.RecordBatch.from_pylist(
                [
                    {
                        "shard_path": shard.path,
                        "shard_pairs": shard.pairs,
                        "shard_bytes": shard.bytes,
                        "shard_sha256": shard.sha256,
                    }
                ]
            )


def _sample(row: dict[str, Any]) -> Sample:
    info = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "image" and not name.startswith("_")
    }
    return Sample(row["image"], extension(row["image"]), row["text"], info)
