"""Train the same small CLIP with the same compute on each set, and score it on the same pairs."""

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
from crawl2clip.compare.eval_pairs import EvaluationPairs
from crawl2clip.compare.results import NetworkResult
from crawl2clip.compare.run_loading import ComparedRun
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
    """The compute of each network.

    Samples: that it sees, in whole batches, whatever the size of its set.

    training: model and hyperparameters; the number of epochs is derived for each set.
    """

    samples: int
    training: TrainingSettings = TrainingSettings()  # noqa: RUF009  frozen, so sharing it is safe

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        self.training.check()
        if self.steps < 1:
            size = self.training.batch_size
            raise ValueError(f"{self.samples} samples are less than a batch of {size}")

    @property
    def steps(self) -> int:
        """Return the number of steps of every network."""
        return self.samples // self.training.batch_size

    def plan(self, pairs: int) -> tuple[int, int]:
        """Return epochs and rows per epoch for a set of that many pairs; their product is constant.

        An epoch is the smallest equal part of the steps that goes through the set once; a set
        larger than all steps is not seen completely. Numbers of steps with many divisors, such as
        1,000, fit best.
        """
        least = max(ceil(pairs / self.training.batch_size), ceil(self.steps / MOST_EPOCHS))
        part = min((n for n in _divisors(self.steps) if n >= least), default=self.steps)
        return self.steps // part, part * self.training.batch_size

    def as_json(self) -> Mapping[str, object]:
        """Return the settings a network depends on, without the epochs, which follow from them."""
        return {"steps": self.steps, **replace(self.training, epochs=1).as_json()}


def _divisors(number: int) -> set[int]:
    low = [n for n in range(1, isqrt(number) + 1) if number % n == 0]
    return {*low, *(number // n for n in low)}


@dataclass(frozen=True)
class TrainAndScore:
    """Trains and scores networks in a folder, which gets networks/ and results.jsonl.

    images: digest of the table given for sets without images. An existing network is reused, and so
    are its scores on the same pairs.
    """

    compute: Compute
    held_out: HeldOut
    judged: EvaluationPairs
    folder: Path
    images: str = ""

    def run(
        self, spark: SparkSession, one: ComparedRun, pictures: DataFrame, say: Say
    ) -> NetworkResult | None:
        """Return the set's result; None if no pairs are left to train on.

        pictures: the set's pairs with images, including held-out ones.
        """
        network = digest(
            [one.digest, one.job, self.images, self.held_out.digest, self.compute.as_json()]
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
            done = NetworkResult(one.name, key, home.name, **about, scores=scores)
            results.append(self.folder, done)
        return replace(done, name=one.name)

    def _trained(
        self, spark: SparkSession, pictures: DataFrame, home: Path
    ) -> dict[str, Any] | None:
        """Train a network in the folder if necessary.

        Return its pairs, samples seen and weights.
        """
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
        """Write the rows of an epoch and then their description; return the number of pairs."""
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
