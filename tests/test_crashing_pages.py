"""A page that kills each worker which reads it costs a run that page and nothing else."""

from itertools import chain
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive
from tests.extract.archives import numbered, record
from tests.programs import program, run_on_a_cluster

MARK = "aborts whoever reads this"


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """One of 1,000 pages, of which page 700 has the mark; one whose marked page is a parser's."""
    folder = tmp_path_factory.mktemp("archives")
    bad = f"<img src=/bad.jpg alt=bad>{MARK}"
    many = [numbered(n) for n in range(1000)]
    many[700] = record(bad, url="http://x.example/700")
    few = [numbered(1000), record(f"<table>{bad}"), numbered(1001), numbered(1002)]
    made = {"many.warc.gz": many, "few.warc.gz": few}
    for name, records in made.items():
        (folder / name).write_bytes(b"".join(records))
    (folder / "list.txt").write_text("\n".join(f"{folder / name}" for name in made))
    return [folder / name for name in made]


def expected(archives: list[Path]) -> list[tuple[str | None, ...]]:
    """What is read where no mark kills, but for the pages that have one."""
    usual = chain.from_iterable(pairs_in_archive(str(path)) for path in archives)
    return [seen(row._asdict()) for row in usual]


def seen(row: dict[str, object]) -> tuple[object, ...]:
    place = row["warc_file"], row["warc_offset"], row["warc_length"], row["page_url"]
    is_bad = row["text"] == "bad" or row["problem"]
    return (*place, "page crashed the reader: SIGABRT" if is_bad else row["text"])


def rows(folder: Path) -> list[tuple[object, ...]]:
    columns = [name for name in Row._fields if name not in ("url_candidates", "opt_out")]
    files = sorted((folder / "extract").glob("part-*.parquet"))
    table = [row for file in files for row in pq.read_table(file, columns=columns).to_pylist()]
    return [(*seen(row)[:4], row["problem"] or row["text"]) for row in table]


@pytest.mark.spark
@pytest.mark.parametrize(
    ("master", "ways"),
    [("local", ["true", "false"]), ("local-cluster[2,1,1024]", ["true"])],
)
def test_all_pages_are_read_but_those_that_kill(
    archives: list[Path], tmp_path: Path, master: str, ways: list[str]
) -> None:
    source = str(archives[0].with_name("list.txt"))
    command = [*program(__file__, "crashing_pages"), master, source, "run", *ways]

    run_on_a_cluster(command, tmp_path, CRAWL2CLIP_ABORT_ON=MARK)

    for way in ways:
        assert rows(tmp_path / "run" / way) == expected(archives)
