"""Decode images on many threads ahead of the model, so that the device never waits.

Rows arrive in Arrow batches of any size and are regrouped into batches of the models' size; they
leave in the order in which they came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from PIL import Image

from crawl2clip.io.printable import printable
from crawl2clip.score.clip.models import Tokenizer
from crawl2clip.score.clip.preprocess import Spec, UndecodableError, pixels

if TYPE_CHECKING:
    import torch

AHEAD = 2  # batches decoded while one is computed

# Images per task of a thread: a hand-over costs a tenth of decoding an image.
TOGETHER = 8


@dataclass(frozen=True)
class Batch:
    """Rows that are scored together, while they are being prepared.

    pieces: the rows, in order. problems: for each row why it can't be scored, or None. arrays: for
    each spec uint8 (rows, H, W, 3). tokens: for each tokeniser a future of (rows, context).
    """

    pieces: list[pa.RecordBatch]
    problems: list[str | None]
    arrays: dict[Spec, torch.Tensor]
    tokens: list[Future[torch.Tensor]]
    work: list[Future[None]]


@dataclass(frozen=True)
class Prefetcher:
    """Prepares rows as inputs of the models.

    specs: those of all models, each once, so that an image is decoded once and resized once per
    spec. pinned: allocates memory that a GPU can read by itself.
    """

    specs: Sequence[Spec]
    tokenizers: Sequence[Tokenizer]
    batch_size: int
    threads: int
    pinned: bool = False

    def prefetch(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Batch]:
        """Yield batches of `batch_size` rows, ready for the models; the last may have fewer."""
        Image.init()  # threads would race to load Pillow's decoders
        with ThreadPoolExecutor(self.threads) as pool:
            started = (self._started(pieces, pool) for pieces in grouped(batches, self.batch_size))
            waiting = deque(islice(started, AHEAD))
            while waiting:
                batch = waiting.popleft()
                waiting.extend(islice(started, 1))
                for part in batch.work:
                    part.result()  # what it raises is a bug
                yield batch

    def _started(self, pieces: list[pa.RecordBatch], pool: ThreadPoolExecutor) -> Batch:
        rows = sum(piece.num_rows for piece in pieces)
        images, texts, problems = (_column(pieces, n) for n in ("image", "text", "problem"))
        arrays = {spec: self._room(rows, spec) for spec in self.specs}
        batch = Batch(pieces, problems, arrays, [], [])
        for row, text in enumerate(texts):
            if text is None and problems[row] is None:
                problems[row] = "no text: null"
        words = [text or "" for text in texts]
        batch.tokens.extend(pool.submit(tokenize, words) for tokenize in self.tokenizers)
        for start in range(0, rows, TOGETHER):
            part = slice(start, start + TOGETHER)
            batch.work.append(pool.submit(_decode, batch, images[part], start))
        return batch

    def _room(self, rows: int, spec: Spec) -> torch.Tensor:
        import torch

        return torch.empty((rows, *spec.size, 3), dtype=torch.uint8, pin_memory=self.pinned)


def grouped(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[list[pa.RecordBatch]]:
    """Yield lists of slices with `size` rows in each list; the last may have fewer."""
    pieces: list[pa.RecordBatch] = []
    lacking = size
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            pieces.append(batch.slice(start, lacking))
            start += pieces[-1].num_rows
            lacking -= pieces[-1].num_rows
            if not lacking:
                yield pieces
                pieces, lacking = [], size
    if pieces:
        yield pieces


def _column(pieces: Sequence[pa.RecordBatch], name: str) -> list[Any]:
    return [value for piece in pieces for value in piece[name].to_pylist()]


def _decode(batch: Batch, images: list[bytes | None], start: int) -> None:
    """Fill in the pixels of some rows, or their problem; skip rows that have a problem."""
    for row, image in enumerate(images, start):
        if batch.problems[row] is None:
            try:
                made = pixels(image, list(batch.arrays))
                for room, array in zip(batch.arrays.values(), made, strict=True):
                    room.numpy()[row] = array
            except UndecodableError as error:
                batch.problems[row] = f"undecodable image: {printable(str(error))}"
