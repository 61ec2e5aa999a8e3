"""The page of the room names the files that an ordinary gzip WARC passes through, and no more."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from crawl2clip.extract.archives import record_headers
from crawl2clip.extract.html import scanner
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows import pair_rows
from crawl2clip.extract.warc_pairs import ReadArchive
from tests.extract.archives import numbered, record

ROOM = Path(pair_rows.__file__).parents[1]
MOST_FILES = 14


def files_of(action: Callable[[], object]) -> set[str]:
    """Return the room's files of which the action calls a function."""
    seen = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            seen.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        action()
    finally:
        sys.setprofile(before)
    return {str(Path(name).relative_to(ROOM)) for name in seen if name.startswith(f"{ROOM}/")}


def test_the_walk_of_a_pair(tmp_path: Path) -> None:
    if not (scanner.is_built() and pair_rows.is_built() and record_headers._headers):
        pytest.skip("the Python definitions in place of the C code lie in further files")
    page = record("<title>t</title><h1>A dog</h1><img src=/a.jpg alt='a red dog' width=300>")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(record("isPartOf: x", kind="warcinfo") + page + numbered(1))
    read = ReadArchive(Settings())
    [batch] = read(str(path))  # imports what is imported late
    assert batch["text"].to_pylist() == ["a red dog", "picture 1"]

    files = files_of(lambda: list(read(str(path))))

    walk = (ROOM / "README.md").read_text("utf-8").partition("## Packages")[0]
    assert files == set(re.findall(r"^\| `([\w/]+\.py)` \|", walk, re.MULTILINE))
    assert len(files) <= MOST_FILES
