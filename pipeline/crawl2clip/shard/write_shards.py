"""Write WebDataset shards, on which open_clip trains."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby
from operator import itemgetter
from pathlib import PurePosixPath
from typing import Any, Literal

import fsspec
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.io.redaction import guarded, without_secrets
from crawl2clip.schema import columns
from crawl2clip.shard.webdataset.tar import DIGITS, Sample, extension, write_sizes, write_tar
from crawl2clip.spark.draw import draw
from crawl2clip.stage import PartOfRun, stage

MOST = 10**DIGITS
KNOWLEDGE = "knowledge_text"

Mix = Literal["beside", "replace", "both"]


@stage
class WriteShards(PartOfRun):
    """Write pairs as WebDataset tars into `<run>/<folder>`; the table becomes one row per tar.

    A sample consists of `key.jpg`, `key.txt` (the caption) and `key.json` (all other columns); a
    pair with `knowledge_text` has it in `key.knowledge.txt` too. The shard and position of a pair
    are determined by a hash of its uid, so equal pairs make equal tars whatever the cluster, and
    each shard is a random part of the set. Shards hold `pairs_per_shard` on average, each slightly
    more or less. After the last tar, the driver writes `sizes.json` ({tar: samples}), from which
    open_clip knows their number.

    knowledge: the content of the member txt, which models train on, for pairs with knowledge.
    'beside': the caption; 'replace': the knowledge_text, as in K-LITE's code; 'both': a sample for
    each, so that the image occurs twice. knowledge_share: the share of such pairs to which this
    applies, chosen by a hash of (uid, seed); those of a smaller share are among those of a larger
    one.

    Cost: one shuffle of whole rows, images included, preceded by a count of the pairs. A task holds
    at most one batch of images.
    """

    reads = ("uid", "text", "image")
    adds = ("shard_path", "shard_pairs", "shard_bytes", "shard_sha256")
    replaces = True
    main = "folder"

    folder: str = "shards"
    pairs_per_shard: int = 10_000
    knowledge: Mix = "beside"
    knowledge_share: float = 1.0
    seed: int = 0

    def check(self) -> None:
        if not 1 <= self.pairs_per_shard <= MOST // 2:
            raise ValueError(f"pairs_per_shard is 1 to {MOST // 2:,}, not {self.pairs_per_shard}")
        if self.knowledge == "both" and self.pairs_per_shard > MOST // 4:
            raise ValueError(f"pairs_per_shard is at most {MOST // 4:,} if both are samples")
        if not 0 <= self.knowledge_share <= 1:
            raise ValueError(f"knowledge_share is between 0 and 1, not {self.knowledge_share}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        good = pairs.where("image is not null and text is not null")
        number = F.ceil(good.agg(F.count("uid")).scalar() / self.pairs_per_shard)
        place = F.xxhash64("uid", F.lit("shard"))
        placed = good.withColumns(
            {
                "_shard": F.pmod(place, F.greatest(number, F.lit(1))).cast("long"),
                "_place": place,
                "_trained": self._trained(pairs),
            }
        )
        together = placed.repartition("_shard").sortWithinPartitions("_shard", "_place", "uid")
        return together.mapInArrow(
            guarded(_Writer(self.needed_run().path(self.folder), self.knowledge == "both")),
            columns(*self.adds),
        )

    def _trained(self, pairs: DataFrame) -> Column:
        """Return the knowledge_text of pairs that are to be trained on with it.

        Null for all others.

        Raises ValueError if the setting needs the column and it is missing.
        """
        if self.knowledge == "beside":
            return F.lit(None).cast("string")
        if KNOWLEDGE not in pairs.columns:
            raise ValueError(f"knowledge: {self.knowledge} needs the step add_knowledge before it")
        chosen = draw(self.seed, "knowledge") < self.knowledge_share
        return F.when(chosen, F.col(KNOWLEDGE))

    def finish(self, table: DataFrame) -> None:
        """Write sizes.json, and delete what interrupted or earlier attempts have left."""
        folder = self.needed_run().path(self.folder)
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
    """Function for mapInArrow that writes rows, ordered by shard, and returns a row per tar."""

    folder: str
    both: bool  # whether a pair that is trained on with knowledge is trained on without it too

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        rows = (row for batch in batches for row in batch.to_pylist())
        for number, of_shard in groupby(rows, key=itemgetter("_shard")):
            samples = chain.from_iterable(_samples(row, self.both) for row in of_shard)
            shard = write_tar(samples, self.folder, number)
            yield pa.RecordBatch.from_pylist(
                [
                    {
                        "shard_path": without_secrets(shard.path),
                        "shard_pairs": shard.pairs,
                        "shard_bytes": shard.bytes,
                        "shard_sha256": shard.sha256,
                    }
                ]
            )


def _samples(row: dict[str, Any], both: bool) -> list[Sample]:
    """Return the sample of a row, or two with the same image."""
    info = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
        if name != "image" and not name.startswith("_")
    }
    trained = row["_trained"]
    texts = [row["text"], trained] if both and trained else [trained or row["text"]]
    image, knowledge = row["image"], row.get(KNOWLEDGE)
    return [Sample(image, extension(image), text, info, knowledge) for text in texts]
