"""Images decoded on many threads while the model works on those before: a device never waits.

Rows come in as Arrow batches of any size and go to the models in batches of theirs, across the
borders of Arrow's; they come out in the order they came.
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

AHEAD = 2  # batches that are being decoded while one is computed

# Images that a thread takes at a time: handing over costs as much as a tenth of one.
TOGETHER = 8


@dataclass(frozen=True)
class Batch:
    """Rows that go to the models together, on their way.

    pieces: the rows, in order. problems: for each row why it can't be scored, or None. arrays: for
    each spec uint8 (rows, H, W, 3). tokens: for each tokeniser (rows, context), in the making.
    """

    pieces: list[pa.RecordBatch]
    problems: list[str | None]
    arrays: dict[Spec, torch.Tensor]
    tokens: list[Future[torch.Tensor]]
    work: list[Future[None]]


@dataclass(frozen=True)
class Feeder:
    """Settings that turn rows into what models take.

    specs: of all models, each once; so an image is decoded once, and resized once for each.
    pinned: true for memory that a GPU can fetch by itself.
    """

    specs: Sequence[Spec]
    tokenizers: Sequence[Tokenizer]
    batch_size: int
    threads: int
    pinned: bool = False

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Batch]:
        """Batches of `batch_size` rows, the last maybe fewer, ready for the models."""
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
    """Slices of the batches, `size` rows in each list, in the last maybe fewer."""
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
    """Fill in the pixels of some rows, or their problem; rows that have one are left alone."""
    for row, image in enumerate(images, start):
        if batch.problems[row] is None:
            try:
                made = pixels(image, list(batch.arrays))
                for room, array in zip(batch.arrays.values(), made, strict=True):
                    room.numpy()[row] = array
            except UndecodableError as error:
                batch.problems[row] = f"undecodable image: {printable(str(error))}"
