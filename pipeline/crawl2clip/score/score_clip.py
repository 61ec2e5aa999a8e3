"""Score how well image and text match, by CLIP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import StringType, StructField, StructType

from crawl2clip.schema import COLUMNS
from crawl2clip.score.clip.embedding import Precision
from crawl2clip.score.clip.models import ModelChoice, check_choice
from crawl2clip.score.spark import task_device
from crawl2clip.score.spark.resource_profile import profile
from crawl2clip.spark.arrow_step import Batches, InWorkers, problems_of
from crawl2clip.stage import Stage, stage

Storage = Literal["none", "float16", "float32"]
EMBEDDINGS = ("image_embedding", "text_embedding")


@stage
class ScoreClip(Stage):
    """Add the cosine of image and text embeddings, a float, and the name of the model.

    A later step drops pairs: `where: clip_score >= 0.28`, or `keep_top`. A row whose image can't be
    decoded becomes a problem ('undecodable image: ...'), and so does a pair without text or with a
    score that is not a number; rows that are problems already pass unchanged.

    model: an architecture of open_clip. weights: its tag (`openai`, `dfn2b`), a checkpoint that all
    executors find under the same path, or `hf-hub:apple/DFN-public` and `local-dir:/models/x`,
    which include their architecture. model_config: the .json of an architecture that open_clip
    lacks, named like the model. Resizing, normalisation, tokeniser and activation always come from
    model and weights.

    weights_sha256: what the SHA-256 of the parameters must start with, at least 16 hex digits, as
    found at the end of a column `x_model` of an earlier run; weights that have changed since are
    refused.

    Lists of models, weights and `to` score with all models in one pass, decoding each image once.
    With each column `x` comes `x_model`: the names, and a hash of the parameters.

    embeddings: adds the unit vectors of the first model as array<float>; `float16` rounds them to
    half precision, which Parquet then stores in half the space. batch_size: pairs per batch, halved
    whenever the GPU runs out of memory. precision: of a GPU's arithmetic; a CPU uses fp32. threads:
    threads that decode; 0 for as many as the task has CPUs.

    The device is the GPU that Spark assigns to the task, or a CPU if there is none;
    `resource_profile` documents how its tasks request one. Cost: no shuffle.
    """

    reads = ("image", "text")
    adds = ("clip_score", "clip_score_model", "problem")
    files = ("weights", "model_config")
    depends = ("ftfy", "regex", "timm", "transformers")  # of open_clip: tokenisers and towers
    main = "model"

    model: str | tuple[str, ...] = "ViT-B-32"
    weights: str | tuple[str, ...] = "openai"
    to: str | tuple[str, ...] = "clip_score"
    model_config: str | tuple[str, ...] = ""
    weights_sha256: str | tuple[str, ...] = ""
    embeddings: Storage = "none"
    batch_size: int = 256
    precision: Precision = "fp16"
    threads: int = 0

    def __post_init__(self) -> None:
        """Set `adds`, which depends on the settings."""
        names = [name for to in self._names() for name in (to, f"{to}_model") if name in COLUMNS]
        wanted = EMBEDDINGS if self.embeddings != "none" else ()
        object.__setattr__(self, "adds", (*names, *wanted, "problem"))

    def check(self) -> None:
        for choice in self.choices():
            check_choice(choice)
        for name in self._names():
            if not name.isidentifier() or name in ("image", "text", "problem", "uid", *EMBEDDINGS):
                raise ValueError(f"to names a column of its own, clip_score, say; not {name!r}")
        if len(set(self._names())) < len(self._names()):
            raise ValueError(f"to needs a name for each model, each once; not {self.to}")
        if self.batch_size < 1 or self.threads < 0:
            raise ValueError("batch_size must be 1 or more, threads 0 or more")

    def choices(self) -> list[ModelChoice]:
        """Return the models in the order of `to`.

        Raises ValueError if the lists differ in length.
        """
        names, count = _listed(self.model), len(self._names())
        weights = _listed(self.weights)
        configs, hashes = (
            _listed(given) if any(_listed(given)) else ("",) * count
            for given in (self.model_config, self.weights_sha256)
        )
        if not count == len(names) == len(weights) == len(configs) == len(hashes):
            raise ValueError(
                "model, weights, to (and model_config, weights_sha256) need as many names each"
            )
        return [ModelChoice(*one) for one in zip(names, weights, configs, hashes, strict=True)]

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return self.in_workers(pairs).table(pairs)

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        added = self._added()
        taken = set(pairs.columns) & {field.name for field in added}
        if taken:
            raise ValueError(f"there is a column {', '.join(sorted(taken))} already: set to")
        kept = [name for name in pairs.columns if name != "problem"]
        fields = [*pairs.select(*kept).schema, StructField("problem", StringType()), *added]
        scorer = _Scorer(tuple(self.choices()), self._names(), self, kept)
        return InWorkers(scorer, StructType(fields), profile(pairs.sparkSession))

    def loses_if_stopped(self) -> str:
        return "every score is computed again"

    def _names(self) -> tuple[str, ...]:
        return _listed(self.to)

    def _added(self) -> list[StructField]:
        score, model = (COLUMNS[name][0] for name in ("clip_score", "clip_score_model"))
        fields = []
        for name in self._names():
            fields += [StructField(name, score), StructField(f"{name}_model", model)]
        if self.embeddings != "none":
            fields += [StructField(name, COLUMNS[name][0]) for name in EMBEDDINGS]
        return fields


def _listed(names: str | tuple[str, ...]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


@dataclass(frozen=True)
class _Scorer:
    """Function that scores batches in a worker; loads the models where it runs."""

    choices: tuple[ModelChoice, ...]
    names: tuple[str, ...]
    settings: Any
    kept: Sequence[str]

    def __call__(self, batches: Batches) -> Batches:
        from crawl2clip.score.clip.batch_scorer import BatchScorer

        return BatchScorer(
            choices=self.choices,
            names=self.names,
            device=task_device.torch_name(task_device.addresses()),
            threads=self.settings.threads or task_device.threads(),
            batch_size=self.settings.batch_size,
            precision=self.settings.precision,
            storage=self.settings.embeddings,
        ).score(map(self._asked, batches))

    def _asked(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        own = {name: batch[name] for name in self.kept}
        return pa.RecordBatch.from_pydict(own | {"problem": problems_of(batch)})
