"""Shards as open_clip is told of them: their number, their sizes, and who reads which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from pathlib import Path

from crawl2clip.io.bounded_json import read_json

SIZES = "sizes.json"

# webdataset opens these by a program; the others itself, or as files.
_BY_PROGRAM = {"s3://": "pipe:aws s3 cp {} -", "s3a://": "pipe:aws s3 cp {} -"}
# Mean something in a list of shards.
_SPECIAL = ("::", "{", "}", "$", "\\")


@dataclass(frozen=True)
class Shards:
    """The tars of a folder that hold pairs, with how many each holds, by name."""

    folder: str
    sizes: Mapping[str, int]

    @classmethod
    def of(cls, folder: str) -> Shards:
        """From `sizes.json`, which write_shards leaves. Raises ValueError without one."""
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
        """All tars as webdataset wants them in one string: `/a/{00000..00041}.tar::/a/...`."""
        remote = "://" in self.folder
        folder = self.folder if remote else str(Path(self.folder).resolve())
        pattern = next((_BY_PROGRAM[s] for s in _BY_PROGRAM if folder.startswith(s)), "{}")
        home = folder.replace("s3a://", "s3://")
        return "::".join(pattern.format(f"{home}/{name}") for name in runs(self.sizes))

    def workers(self, processes: int, batch_size: int, most: int) -> int:
        """How many loaders each process can have, 1 to `most`.

        A loader whose tars hold less than one batch waits for ever, and open_clip deals them out
        anew each epoch: so the smallest tars that might fall to one must make a batch. Raises
        ValueError if that is so even with one loader.
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
    """Names of tars in order, consecutive numbers of one length joined in braces."""
    numbered = sorted(names)
    found = []
    for _, group in groupby(enumerate(numbered), key=lambda pair: _run(*pair)):
        stems = [name.removesuffix(".tar") for _, name in group]
        found.append(f"{{{stems[0]}..{stems[-1]}}}.tar" if len(stems) > 1 else f"{stems[0]}.tar")
    return found


def _run(place: int, name: str) -> tuple[int, int] | str:
    """The same for names that are of one run: as numbers they grow as their places do."""
    stem = name.removesuffix(".tar")
    return (len(stem), int(stem) - place) if stem.isascii() and stem.isdigit() else name


def samples_per_epoch(pairs: int, batch_size: int, processes: int, workers: int) -> int:
    """What open_clip makes of the number of pairs: whole batches for each loader of each process.

    batch_size: of one process.
    """
    batches = ceil(pairs / (batch_size * processes))
    return ceil(batches / workers) * workers * batch_size * processes
