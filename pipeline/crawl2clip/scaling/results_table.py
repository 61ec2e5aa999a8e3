"""Read and extend the table of results, with a row for each model and evaluation set.

Columns are those that the scaling-law paper published, so its table and ours can be joined: `arch`,
`samples_seen`, `gmacs` (per sample), `upstream_dataset` (the training set), `downstream_dataset`
(the evaluation set), `task`, `name` (of the weights) and the metrics.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawl2clip.scaling.scaling_law import Point

if TYPE_CHECKING:
    import pandas as pd

Value = str | float | int | None
NEEDED = ("arch", "samples_seen", "gmacs", "downstream_dataset")


def append(path: Path, row: Mapping[str, Value]) -> None:
    """Append a line of JSON in a single write, so that concurrent programs do not mix lines."""
    line = json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)


def read(path: str) -> pd.DataFrame:
    """Read a .jsonl, .csv or .parquet table. Raises ValueError if it is none, or lacks NEEDED."""
    import pandas as pd

    readers: dict[str, Callable[[str], Any]] = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".jsonl": _lines,
    }
    reader = readers.get(Path(path).suffix)
    if reader is None:
        raise ValueError(f"{path}: a table of results ends with {', '.join(readers)}")
    try:
        table: pd.DataFrame = reader(path)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise ValueError(f"{path} lacks {', '.join(missing)}; it has {', '.join(table.columns)}")
    return table


def _lines(path: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_json(path, lines=True, dtype=False)


def points(table: pd.DataFrame, dataset: str, metric: str) -> list[Point]:
    """Return compute and 1 - metric of the models on that set; rows without either are skipped.

    Raises ValueError if the set or the metric is not in the table.
    """
    for name, column in ((dataset, table["downstream_dataset"]), (metric, table.columns)):
        if name not in set(column):
            there = ", ".join(sorted(set(column)))
            raise ValueError(f"there is no {name} in the table; it has {there}")
    rows = table[table["downstream_dataset"] == dataset]
    rows = rows.dropna(subset=["gmacs", "samples_seen", metric])
    compute = rows["gmacs"] * rows["samples_seen"]
    return [Point(*values) for values in zip(compute, 1 - rows[metric], strict=True)]
