"""A page that kills each worker which reads it costs a run that page and nothing else."""

import os
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pyarrow.parquet as pq
import pyspark
import pytest

from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive
from tests.conftest import QUICK_START
from tests.extract.archives import numbered, record

MARK = "aborts whoever reads this"

# With the rows made and written by workers alone, and by Spark's own reader.
RUN_IN = """
import sys

from pyspark.sql import SparkSession

from crawl2clip.recipe import recipe_of
from crawl2clip.engine.plan import WORKERS_ALONE
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import local_session, prepare
from crawl2clip.engine.source import Source

master, source, folder, quick_start, *ways = sys.argv[1:]
options = {f"spark.{who}.extraJavaOptions": quick_start for who in ("driver", "executor")}
if master == "local":
    spark = local_session(2, **options)
else:
    spark = prepare(SparkSession.builder.master(master).config(map=options).getOrCreate())
recipe = recipe_of({"recipe": "r", "jobs": {"extract": []}}, "r.yaml")
for alone in ways:
    spark.conf.set(WORKERS_ALONE, alone)
    report = run_job(spark, Run(recipe, Source(source), f"{folder}/{alone}"), "extract")
    assert report.problems == {"page crashed the reader": 2}, report.problems
    assert report.funnel == [{"step": "read", "pairs": 1002}], report.funnel
"""


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
    environment = {
        "CRAWL2CLIP_ABORT_ON": MARK,
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }

    source = str(archives[0].with_name("list.txt"))
    ended = subprocess.run(
        [sys.executable, "-c", RUN_IN, master, source, "run", QUICK_START, *ways],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stderr[-4000:]
    for way in ways:
        assert rows(tmp_path / "run" / way) == expected(archives)
