"""Read training pairs from Parquet for one process: shuffled, decoded, in batches.

Decoded pairs stay in memory as far as there is room, so a small set is decoded once, and a large
one is streamed; the batches are the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import fsspec
import numpy as np
import pyarrow.parquet as pq

from crawl2clip.score.clip.models import Tokenizer
from crawl2clip.score.clip.preprocess import Spec, UndecodableError, pixels

if TYPE_CHECKING:
    import torch

AHEAD = 2  # row groups decoded while one is used


class RowGroup(NamedTuple):
    """A row group of a Parquet file, about 100 MB of images."""

    path: str
    number: int
    rows: int


class Decoded(NamedTuple):
    """Decoded pairs: images (N, ...) as the training needs them, tokens (N, context)."""

    images: torch.Tensor
    tokens: torch.Tensor

    def take(self, rows: torch.Tensor | slice) -> Decoded:
        return Decoded(self.images[rows], self.tokens[rows])


def groups(folder: str) -> list[RowGroup]:
    """Return all row groups of a Parquet table, in the order of its files' names."""
    files, path = fsspec.url_to_fs(folder)
    found = []
    for name in sorted(files.glob(f"{path.rstrip('/')}/*.parquet")):
        with files.open(name, "rb") as file:
            about = pq.ParquetFile(file).metadata
        sizes = [about.row_group(i).num_rows for i in range(about.num_row_groups)]
        url = files.unstrip_protocol(name)
        found += [RowGroup(url, i, rows) for i, rows in enumerate(sizes) if rows]
    return found


@dataclass
class Reader:
    """Decodes row groups.

    made: function that converts a batch of uint8 (N, H, W, 3) to the wanted inputs; applied once
    per image, however many texts it has. room_bytes: memory left for caching. undecodable: number
    of pairs so far.
    """

    spec: Spec
    tokenize: Tokenizer
    made: Callable[[torch.Tensor], torch.Tensor] | None = None
    threads: int = 2
    room_bytes: int = 4 << 30
    undecodable: int = 0
    _kept: dict[RowGroup, Decoded] = field(default_factory=dict)
    _made: dict[bytes, torch.Tensor] = field(default_factory=dict)

    def read(self, wanted: Sequence[RowGroup]) -> Iterator[Decoded]:
        """Yield the groups in the order given, without the pairs that can't be decoded."""
        with ThreadPoolExecutor(self.threads) as pool, ThreadPoolExecutor(1) as ahead:
            coming = [ahead.submit(self._group, group, pool) for group in wanted[:AHEAD]]
            for place in range(len(wanted)):
                decoded = coming.pop(0).result()
                if place + AHEAD < len(wanted):
                    coming.append(ahead.submit(self._group, wanted[place + AHEAD], pool))
                yield decoded

    def _group(self, group: RowGroup, pool: ThreadPoolExecutor) -> Decoded:
        if group in self._kept:
            return self._kept[group]
        decoded = self._decoded(group, pool)
        if self._has_room(decoded.images.nbytes + decoded.tokens.nbytes):
            self._kept[group] = decoded
        return decoded

    def _has_room(self, size: int) -> bool:
        """Return whether so many more bytes may be cached, and if so, count them."""
        fits = size <= self.room_bytes
        self.room_bytes -= size if fits else 0
        return fits

    def _decoded(self, group: RowGroup, pool: ThreadPoolExecutor) -> Decoded:
        import torch

        with fsspec.open(group.path, "rb") as file:
            table = pq.ParquetFile(file).read_row_group(group.number, columns=["image", "text"])
        encoded, texts = table["image"].to_pylist(), table["text"].to_pylist()
        find = self._features if self.made else self._decode
        found = find(encoded, pool)
        good = [row for row, image in enumerate(found) if image is not None]
        self.undecodable += len(found) - len(good)
        if not good:
            return Decoded(torch.zeros(0), torch.zeros(0, dtype=torch.long))
        images = torch.stack([image for image in found if image is not None])
        return Decoded(images, self.tokenize([texts[row] for row in good]))

    def _decode(
        self, encoded: Sequence[bytes], pool: ThreadPoolExecutor
    ) -> list[torch.Tensor | None]:
        return list(pool.map(self._pixels, encoded))

    def _features(
        self, encoded: Sequence[bytes], pool: ThreadPoolExecutor
    ) -> list[torch.Tensor | None]:
        import torch

        keys = [hashlib.md5(image, usedforsecurity=False).digest() for image in encoded]
        known = {key: self._made[key] for key in keys if key in self._made}
        fresh = {k: image for k, image in zip(keys, encoded, strict=True) if k not in known}
        seen = zip(fresh, self._decode(list(fresh.values()), pool), strict=True)
        decoded = {key: image for key, image in seen if image is not None}
        if decoded and self.made:
            made = self.made(torch.stack(list(decoded.values())))
            new = dict(zip(decoded, made, strict=True))
            known |= new
            if self._has_room(made.nbytes):
                self._made |= new
        return [known.get(key) for key in keys]

    def _pixels(self, image: bytes) -> torch.Tensor | None:
        import torch

        try:
            return torch.from_numpy(pixels(image, [self.spec])[0])
        except UndecodableError:
            return None


def batches(
    reader: Reader, own: Sequence[RowGroup], size: int, steps: int, chance: np.random.Generator
) -> Iterator[Decoded]:
    """Yield `steps` batches of `size` pairs of the groups, in random order, repeated if needed.

    Raises ValueError if no pair can be decoded.
    """
    import torch

    left: list[Decoded] = []
    while steps:
        order = [own[i] for i in chance.permutation(len(own))]
        met = 0
        for decoded in reader.read(order):
            if not len(decoded.tokens):
                continue
            met += len(decoded.tokens)
            left.append(decoded.take(torch.from_numpy(chance.permutation(len(decoded.tokens)))))
            whole = Decoded(*(torch.cat(parts) for parts in zip(*left, strict=True)))
            while len(whole.tokens) >= size and steps:
                yield whole.take(slice(size))
                whole, steps = whole.take(slice(size, None)), steps - 1
            left = [whole]
        if not met:
            raise ValueError("none of the images can be decoded")
