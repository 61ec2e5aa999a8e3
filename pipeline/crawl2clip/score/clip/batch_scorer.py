"""Score Arrow batches of pairs with CLIP models."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crawl2clip.score.clip.embedding import Embedded, Embedder, Precision, Vectors
from crawl2clip.score.clip.models import ModelChoice, load
from crawl2clip.score.clip.prefetch import Batch, Prefetcher

if TYPE_CHECKING:
    import torch

Mask = NDArray[np.bool_]

NOT_A_NUMBER = "no score: the model's answer is not a number"


@dataclass(frozen=True)
class BatchScorer:
    """Scorer of Arrow batches. ScoreClip documents the settings."""

    choices: Sequence[ModelChoice]
    names: Sequence[str]
    device: str = "cpu"
    threads: int = 1
    batch_size: int = 256
    precision: Precision = "fp16"
    storage: Literal["none", "float16", "float32"] = "none"

    def score(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield each row once, in the order given, with scores added and `problem` filled in."""
        embedders = [Embedder(load(choice, self.device), self.precision) for choice in self.choices]
        with ThreadPoolExecutor(1) as computing:  # while earlier rows are passed on
            running: deque[tuple[Batch, Future[list[Embedded]]]] = deque()
            for batch in self._prefetcher(embedders).prefetch(batches):
                running.append((batch, computing.submit(_embedded, batch, embedders)))
                if len(running) > 1:
                    done, found = running.popleft()
                    yield from self._rows(done, embedders, found.result())
            for done, found in running:
                yield from self._rows(done, embedders, found.result())

    def _prefetcher(self, embedders: Sequence[Embedder]) -> Prefetcher:
        import torch

        gpu = self.device != "cpu"
        if not gpu:
            torch.set_num_threads(self.threads)
        models = [embedder.model for embedder in embedders]
        return Prefetcher(
            specs=tuple(dict.fromkeys(model.spec for model in models)),
            tokenizers=[model.tokenize for model in models],
            batch_size=self.batch_size,
            threads=self.threads,
            pinned=gpu,
        )

    def _rows(
        self, batch: Batch, embedders: Sequence[Embedder], found: Sequence[Embedded]
    ) -> Iterator[pa.RecordBatch]:
        asked = _good(batch)
        scores = [vectors.scores() for vectors in found]
        for row in np.flatnonzero(asked)[~np.isfinite(scores).all(axis=0)]:
            batch.problems[row] = NOT_A_NUMBER
        good = _good(batch)
        added: dict[str, pa.Array] = {}
        for name, of_all, choice, one in zip(
            self.names, scores, self.choices, embedders, strict=True
        ):
            label = f"{choice} {one.model.sha256[:16]}"
            added[name] = pa.array(_spread(of_all, asked), mask=~good)
            added[f"{name}_model"] = pa.array(
                [label if scored else None for scored in good], pa.string()
            )
        if self.storage != "none":
            first = (self._stored(vectors)[good[asked]] for vectors in found[0])
            for name, vectors in zip(("image_embedding", "text_embedding"), first, strict=True):
                added[name] = _lists(vectors, good)
        yield from _pieces(batch, added | {"problem": pa.array(batch.problems, pa.string())})

    def _stored(self, vectors: Vectors) -> Vectors:
        half = self.storage == "float16"
        return vectors.astype(np.float16).astype(np.float32) if half else vectors


def _embedded(batch: Batch, embedders: Sequence[Embedder]) -> list[Embedded]:
    """Embed the rows without a problem with each model."""
    import torch

    good, found = _good(batch), []
    for embedder, tokens in zip(embedders, batch.tokens, strict=True):
        inputs: tuple[torch.Tensor, ...] = (batch.arrays[embedder.model.spec], tokens.result())
        if not good.all():  # else as they are, and still in pinned memory
            inputs = tuple(tensor[torch.from_numpy(good)] for tensor in inputs)
        found.append(embedder.embed(*inputs))
    return found


def _good(batch: Batch) -> Mask:
    return np.array([problem is None for problem in batch.problems])


def _spread(values: Vectors, asked: Mask) -> Vectors:
    """Return values at the rows that `asked` marks, and 0 at the others."""
    whole = np.zeros(len(asked), np.float32)
    whole[asked] = values
    return whole


def _lists(vectors: Vectors, good: Mask) -> pa.Array:
    """Return a list per row, null where it is not good. vectors: those of the good rows."""
    ends = np.cumsum(np.where(good, vectors.shape[1], 0))
    offsets = pa.array(np.concatenate([[0], ends]), pa.int32())
    return pa.ListArray.from_arrays(offsets, vectors.ravel(), mask=pa.array(~good))


def _pieces(batch: Batch, columns: dict[str, pa.Array]) -> Iterator[pa.RecordBatch]:
    start = 0
    for piece in batch.pieces:
        own = {name: piece[name] for name in piece.schema.names}
        new = {name: values.slice(start, piece.num_rows) for name, values in columns.items()}
        yield pa.RecordBatch.from_pydict(own | new)
        start += piece.num_rows
