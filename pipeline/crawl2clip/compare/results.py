"""Store the networks' results, a line for each in FOLDER/results.jsonl."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from crawl2clip.scaling import results_table as table

FILE = "results.jsonl"


@dataclass(frozen=True)
class NetworkResult:
    """The result of a network. key: digest of all it depends on. network: its folder.

    pairs: distinct ones in its set. scores: `auc` of true against mismatched pairs;
    `mismatched_left` by a cut at 15 % after a quarter was planted; recalls at 1 of the held-out
    pairs; and `SET acc1`, or recalls at 1, of each evaluation set.
    """

    name: str
    key: str
    network: str
    pairs: int
    samples_seen: int
    sha256: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class TrainingResults:
    """The results of all sets. steps: batches that each network saw. judged: held-out pairs.

    results: of the sets that have images. left_out: why the others have no network.
    """

    steps: int
    training: Mapping[str, Any]
    judged: int
    results: tuple[NetworkResult, ...]
    left_out: Mapping[str, str]


def known(folder: Path, key: str) -> NetworkResult | None:
    """Return the last result with that key, if there is one."""
    path = folder / FILE
    if not path.exists():
        return None
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    found = [line for line in lines if line.get("key") == key]
    return _result(found[-1]) if found else None


def append(folder: Path, result: NetworkResult) -> None:
    """Append a result as a flat line, so that any program can read the table."""
    told = asdict(result)
    table.append(folder / FILE, {**told.pop("scores"), **told})


def _result(line: Mapping[str, object]) -> NetworkResult:
    own = {name: line[name] for name in NetworkResult.__dataclass_fields__ if name != "scores"}
    scores = {name: value for name, value in line.items() if name not in own}
    return NetworkResult(**own, scores=scores)  # type: ignore[arg-type]
