"""Train a network on each set, and evaluate all of them on the same held-out pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from crawl2clip.compare.eval_pairs import write_pairs
from crawl2clip.compare.results import NetworkResult, TrainingResults
from crawl2clip.compare.run_loading import ComparedRun
from crawl2clip.compare.train_and_score import Compute, Say, TrainAndScore
from crawl2clip.compare.training_images import (
    HeldOut,
    images_of,
    judged_by_table,
    judged_by_truth,
    read_images,
)
from crawl2clip.engine.fingerprint import digest
from crawl2clip.engine.source import Source
from crawl2clip.evaluation.evaluation_sets import EvaluationSet
from crawl2clip.recipe import RecipeError

NO_IMAGES = "its table has no images; --images names a table of url and image"
NO_PAIRS = "no pair with an image is left besides those held out"


@dataclass(frozen=True)
class Contest:
    """Settings of the trainings and their evaluation.

    judged: a table of true pairs; '' for clean pairs of the truth, from a share of its scenes.
    images: a table of url and image for sets that were not fetched, such as raw, or ''. evaluation:
    further sets to evaluate each network on.
    """

    compute: Compute
    judged: str = ""
    truth: DataFrame | None = field(default=None, repr=False)
    held_out: float = 0.2
    images: str = ""
    evaluation: tuple[EvaluationSet, ...] = ()

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        self.compute.check()
        if not 0 < self.held_out < 1:
            raise ValueError(f"held_out is a share between 0 and 1, not {self.held_out}")

    def run(
        self, spark: SparkSession, sets: Sequence[ComparedRun], folder: Path, say: Say
    ) -> TrainingResults:
        """Train and evaluate one network after the other.

        Raises RecipeError if no set has images.
        """
        images = read_images(spark, self.images) if self.images else None
        found = [(one, own) for one in sets if (own := images_of(one, images)) is not None]
        if not found:
            raise RecipeError(f"nothing to train on: of every set {NO_IMAGES}")
        have = {one.name for one, _ in found}
        left_out = {one.name: NO_IMAGES for one in sets if one.name not in have}
        held = self._held_out(spark, [own for _, own in found])
        judged = write_pairs(held.pairs, self.evaluation, folder / "held_out")
        told = digest(Source(self.images).fingerprint()) if self.images else ""
        train_and_score = TrainAndScore(self.compute, held, judged, folder, told)
        results: list[NetworkResult] = []
        for one, own in found:
            result = train_and_score.run(spark, one, own, say)
            if result is None:
                left_out[one.name] = NO_PAIRS
            else:
                results.append(result)
        return TrainingResults(
            self.compute.steps, self.compute.as_json(), judged.pairs, tuple(results), left_out
        )

    def _held_out(self, spark: SparkSession, sets: Sequence[DataFrame]) -> HeldOut:
        if self.judged:
            return judged_by_table(spark, self.judged)
        if self.truth is None:
            raise RecipeError("networks are judged by true pairs: give --judged TABLE or --truth")
        return judged_by_truth(sets, self.truth, self.held_out)
