"""On real pages the rows are the same, byte for byte, by the C code and by the Python code."""

from pathlib import Path

import pytest

from crawl2clip.extract.html import scanner
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows import pair_rows
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive
from tests.conformance import needs_shared
from tests.conformance.test_scanner import ARCHIVES
from tests.extract.test_finished_images import SETTINGS
from tests.extract.test_scanner import EVERYTHING

pytestmark = [
    needs_shared,
    pytest.mark.skipif(not scanner.is_built() or pair_rows._rows is None, reason="no C compiler"),
]


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
def test_rows_are_those_of_the_python_code(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = (*SETTINGS, EVERYTHING) if path.parent.name == "webhtml" else SETTINGS[:2]
    found = [_rows(path, settings) for settings in chosen]

    monkeypatch.setattr(scanner, "_scanner", None)
    monkeypatch.setattr(pair_rows, "_rows", None)

    for settings, rows_by_c in zip(chosen, found, strict=True):
        assert rows_by_c == _rows(path, settings)


def _rows(path: Path, settings: Settings) -> list[Row]:
    return list(pairs_in_archive(str(path), settings))
