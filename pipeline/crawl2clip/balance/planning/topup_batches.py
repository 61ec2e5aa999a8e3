"""Record a run's top-up batches, further pairs chosen by `rebalance`: <run>/more, more-2, ..."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import fsspec

from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import public

REPORT = "rebalance.json"


@dataclass(frozen=True)
class TopUpBatch:
    """A batch of the pairs that the thresholds `now` keep and the thresholds `then` did not.

    folder: holds pairs.parquet, the batch's recipes and, written last, this record as
    rebalance.json. asked: the number of pairs.
    """

    folder: str
    asked: int
    then: Mapping[str, float]
    now: Mapping[str, float]

    def write(self) -> None:
        """Write the record into the batch's folder; it is what makes the batch count."""
        write_atomically(f"{self.folder}/{REPORT}", json.dumps(public(asdict(self)), indent=1))


def topup_batches(run_folder: str) -> list[TopUpBatch]:
    """Return the completed batches of a run in order; one without a record was never finished."""
    found: list[TopUpBatch] = []
    while (one := _read(next_folder(run_folder, len(found)))) is not None:
        found.append(one)
    return found


def next_folder(run_folder: str, there: int) -> str:
    """Return the folder of the next batch if there are already `there` of them."""
    return f"{run_folder.rstrip('/')}/more{f'-{there + 1}' if there else ''}"


def _read(folder: str) -> TopUpBatch | None:
    try:
        with fsspec.open(f"{folder}/{REPORT}", "rt", encoding="utf-8") as file:
            # The folder may have been moved together with the run.
            return TopUpBatch(**json.load(file) | {"folder": folder})
    except FileNotFoundError:
        return None
