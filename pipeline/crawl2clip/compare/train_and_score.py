"""The same small CLIP trained on each set with the same compute, and judged by the same pairs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil, isqrt
from pathlib import Path
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.compare import results
from crawl2clip.compare.eval_pairs import Judged
from crawl2clip.compare.results import Result
from crawl2clip.compare.run_loading import Contestant
from crawl2clip.compare.training_images import HeldOut
from crawl2clip.compare.upsampling import repeated
from crawl2clip.engine.fingerprint import digest
from crawl2clip.filter_network.dataset_builder import PairSelection
from crawl2clip.filter_network.launch import train_network
from crawl2clip.filter_network.settings import TrainingSettings

ABOUT = "set.json"
MOST_EPOCHS = 32  # each leaves a checkpoint
Say = Callable[[str], None]


@dataclass(frozen=True)
class Compute:
    """samples: that each network sees, whatever the size of its set, in whole batches.

    training: model and numbers. Its epochs are found for each set.
    """

    samples: int
    training: TrainingSettings = TrainingSettings()  # noqa: RUF009  frozen, so sharing it is safe

    def check(self) -> None:
        """Raise ValueError, saying what would be right."""
        self.training.check()
        if self.steps < 1:
            size = self.training.batch_size
            raise ValueError(f"{self.samples} samples are less than a batch of {size}")

    @property
    def steps(self) -> int:
        """Of every network."""
        return self.samples // self.training.batch_size

    def plan(self, pairs: int) -> tuple[int, int]:
        """Epochs and rows of each, for a set of so many pairs; their product is the same for all.

        An epoch is the least part of the steps, all parts being equal, that goes through the set
        once; a set larger than all steps is not seen whole. Steps with many divisors, such as
        1,000, fit best.
        """
        least = max(ceil(pairs / self.training.batch_size), ceil(self.steps / MOST_EPOCHS))
        part = min((n for n in _divisors(self.steps) if n >= least), default=self.steps)
        return self.steps // part, part * self.training.batch_size

    def as_json(self) -> Mapping[str, object]:
        """What a network depends on, without the epochs, which follow from it."""
        return {"steps": self.steps, **replace(self.training, epochs=1).as_json()}


def _divisors(number: int) -> set[int]:
    low = [n for n in range(1, isqrt(number) + 1) if number % n == 0]
    return {*low, *(number // n for n in low)}


@dataclass(frozen=True)
class BakeOff:
    """folder: for networks/ and results.jsonl. images: what was given for sets without, by digest.

    A network that is there is not trained again, nor judged by the same pairs again.
    """

    compute: Compute
    held_out: HeldOut
    judged: Judged
    folder: Path
    images: str = ""

    def __call__(
        self, spark: SparkSession, one: Contestant, pictures: DataFrame, say: Say
    ) -> Result | None:
        """The set's line of results.jsonl; None if nothing is left of it to train on.

        pictures: its pairs, those that are held out among them.
        """
        network = digest(
            [one.digest, one.job, self.images, self.held_out.told, self.compute.as_json()]
        )
        key = digest([network, self.judged.digest])
        done = results.known(self.folder, key)
        if done is None:
            home = self.folder / "networks" / network[:16]
            say(f"{one.name}: {self.compute.steps:,} steps of training: {home}")
            rest = self.held_out.outside(pictures, spark.read.parquet(self.judged.table))
            about = self._trained(spark, rest.select("uid", "text", "image"), home)
            if about is None:
                return None
            scores = self.judged.scores(spark, home)
            done = Result(one.name, key, home.name, **about, scores=scores)
            results.append(self.folder, done)
        return replace(done, name=one.name)

    def _trained(
        self, spark: SparkSession, pictures: DataFrame, home: Path
    ) -> dict[str, Any] | None:
        """Pairs, samples seen and weights of the network that is then in the folder."""
        seed = self.compute.training.seed
        if not (home / ABOUT).exists() and not self._prepare(pictures, home):
            return None
        told = json.loads((home / ABOUT).read_text(encoding="utf-8"))
        training = replace(self.compute.training, epochs=told["epochs"])
        asked = PairSelection(str(home / "set"), held_out=0, seed=seed)
        network = train_network(spark, asked, training, str(home))
        seen = network["steps"] * training.batch_size
        return {"pairs": told["pairs"], "samples_seen": seen, "sha256": network["sha256"]}

    def _prepare(self, pictures: DataFrame, home: Path) -> int:
        """Write the rows of an epoch, then what they are; gives back how many pairs there were."""
        pairs = pictures.persist(StorageLevel.DISK_ONLY)  # gone through up to four times
        count = pairs.count()
        if count:
            epochs, rows = self.compute.plan(count)
            table = repeated(pairs, rows, self.compute.training.seed)
            table.write.mode("overwrite").parquet(str(home / "set"))
            about = {"pairs": count, "epochs": epochs, "rows": rows}
            (home / ABOUT).write_text(json.dumps(about) + "\n", encoding="utf-8")
        pairs.unpersist()
        return count
