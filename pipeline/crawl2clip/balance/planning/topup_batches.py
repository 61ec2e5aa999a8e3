"""The sets of further pairs that were chosen for a run: <run>/more, <run>/more-2, ...

Knows nothing of Spark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import fsspec

from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import public

REPORT = "rebalance.json"


@dataclass(frozen=True)
class Addition:
    """One of them: the pairs that the thresholds `now` keep and the thresholds `then` did not.

    folder: it holds pairs.parquet, the recipes for it, and last of all this, as rebalance.json.
    asked: number of the pairs.
    """

    folder: str
    asked: int
    then: Mapping[str, float]
    now: Mapping[str, float]

    def write(self) -> None:
        """Write the report into the folder; it is what makes the batch count."""
        write_atomically(f"{self.folder}/{REPORT}", json.dumps(public(asdict(self)), indent=1))


def additions(run_folder: str) -> list[Addition]:
    """Those of the run, in order; what has no report was never finished and does not count."""
    found: list[Addition] = []
    while (one := _read(next_folder(run_folder, len(found)))) is not None:
        found.append(one)
    return found


def next_folder(run_folder: str, there: int) -> str:
    """Where the next goes, if so many are there."""
    return f"{run_folder.rstrip('/')}/more{f'-{there + 1}' if there else ''}"


def _read(folder: str) -> Addition | None:
    try:
        with fsspec.open(f"{folder}/{REPORT}", "rt", encoding="utf-8") as file:
            # The folder may have been moved, with the run.
            return Addition(**json.load(file) | {"folder": folder})
    except FileNotFoundError:
        return None
