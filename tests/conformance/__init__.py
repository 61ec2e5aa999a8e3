"""Equal to what other codes give: on the little that is part of this repository, and on much more.

The little lies in tests/data/official. The much lies in the folder `shared` beside the project, or
where CRAWL2CLIP_SHARED says; tests that want it are skipped where it is not.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(
    os.environ.get("CRAWL2CLIP_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)
OFFICIAL = Path(__file__).resolve().parents[1] / "data" / "official"

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no official outputs at {SHARED}; set CRAWL2CLIP_SHARED"
)


@dataclass(frozen=True)
class Outputs:
    """A folder with outputs of the papers' own codes on `count` texts."""

    folder: Path
    count: int

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        with (self.folder / name).open(encoding="utf-8") as file:
            yield from map(json.loads, file)

    def by_id(self, name: str) -> dict[int, dict[str, Any]]:
        """Rows of a file by the number of their text. Raises AssertionError if some are missing."""
        rows = {row["id"]: row for row in self.lines(name)}
        assert len(rows) == self.count
        return rows


SHIPPED = Outputs(OFFICIAL, 89)
ALL = Outputs(SHARED / "golden", 2_089)
