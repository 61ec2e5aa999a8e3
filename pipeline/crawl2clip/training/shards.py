"""Describe shards to open_clip: their number, their sizes, and which process reads which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from pathlib import Path

from crawl2clip.io.bounded_json import read_json

SIZES = "sizes.json"

# webdataset opens these with a program, the others itself or as files.
_BY_PROGRAM = {"s3://": "pipe:aws s3 cp {} -", "s3a://": "pipe:aws s3 cp {} -"}
# These have a special meaning in a list of shards.
_SPECIAL = ("::", "{", "}", "$", "\\")


@dataclass(frozen=True)
class Shards:
    """The non-empty tars of a folder, with the number of pairs of each by name."""

    folder: str
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, folder: str) -> Shards:
        """Read `sizes.json`, which write_shards writes. Raises ValueError without one."""
        path = f"{folder.rstrip('/')}/{SIZES}"
        try:
            sizes = read_json(path)
        except FileNotFoundError:
            raise ValueError(f"{path}: there is none; write_shards leaves it beside tars") from None
        if any(mark in folder for mark in _SPECIAL):
            raise ValueError(f"{folder}: webdataset would misread {' '.join(_SPECIAL)} in a path")
        held = {name: int(size) for name, size in sorted(sizes.items()) if int(size)}
        if not held:
            raise ValueError(f"{path} names no tar that holds a pair")
        return cls(folder.rstrip("/"), held)

    @property
    def pairs(self) -> int:
        return sum(self.sizes.values())

    def urls(self) -> str:
        """Return all tars in webdataset's notation: `/a/{00000..00041}.tar::/a/...`."""
        remote = "://" in self.folder
        folder = self.folder if remote else str(Path(self.folder).resolve())
        pattern = next((_BY_PROGRAM[s] for s in _BY_PROGRAM if folder.startswith(s)), "{}")
        home = folder.replace("s3a://", "s3://")
        return "::".join(pattern.format(f"{home}/{name}") for name in runs(self.sizes))

    def workers(self, processes: int, batch_size: int, most: int) -> int:
        """Return how many loaders each process can have, 1 to `most`.

        A loader whose tars hold less than one batch waits forever, and open_clip redistributes them
        each epoch, so the smallest tars that might fall to one loader must make a batch. Raises
        ValueError if even one loader is too many.
        """
        sizes = sorted(self.sizes.values())
        for workers in range(most, 0, -1):
            each = len(sizes) // processes // workers
            if sum(sizes[:each]) >= batch_size:
                return workers
        raise ValueError(
            f"{len(sizes)} shards, of which the smallest has {sizes[0]} pairs, can't fill batches "
            f"of {batch_size} in {processes} processes: make more shards (write_shards: "
            "pairs_per_shard) or smaller batches, or draw shards at random by --samples-seen"
        )


def runs(names: Iterable[str]) -> list[str]:
    """Return the names of tars in order, consecutive numbers of one length joined in braces."""
    numbered = sorted(names)
    found = []
    for _, group in groupby(enumerate(numbered), key=lambda pair: _run(*pair)):
        stems = [name.removesuffix(".tar") for _, name in group]
        found.append(f"{{{stems[0]}..{stems[-1]}}}.tar" if len(stems) > 1 else f"{stems[0]}.tar")
    return found


def _run(place: int, name: str) -> tuple[int, int] | str:
    """Return a key shared by the names of a run: their number minus their position."""
    stem = name.removesuffix(".tar")
    return (len(stem), int(stem) - place) if stem.isascii() and stem.isdigit() else name


def samples_per_epoch(pairs: int, batch_size: int, processes: int, workers: int) -> int:
    """Return open_clip's number of samples: whole batches for each loader of each process.

    batch_size: of one process.
    """
    batches = ceil(pairs / (batch_size * processes))
    return ceil(batches / workers) * workers * batch_size * processes
