"""A run made by hand: tables and job reports, with what the web has tried among the captions."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyspark.sql.pandas.types import to_arrow_schema

from crawl2clip.balance.balance_entries import BalanceEntries
from crawl2clip.engine import fingerprint
from crawl2clip.engine.job_report import JobReport, write_report
from crawl2clip.filter.where import Where
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.recipe import Recipe
from crawl2clip.schema import columns
from crawl2clip.shard.write_shards import WriteShards
from crawl2clip.stage import Stage

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = '"><img src=x onerror=alert(1)>'
OVERRIDE = "\u202egnp.exe"
ENTRIES = ["dog", "cat", "<b>red</b>", "blue", "never"]
ENTRY_IDS = [[0], [0, 1], [0], [0, 1], [0, 2], [1]]  # dog 5, cat 3, red 1
CAPTIONS = [SCRIPT, BREAKOUT, OVERRIDE, "كلب أحمر", "a red dog", "a dog"]
PAGES = ["https://a.example/p", "javascript:alert(1)", "java\nscript:alert(1)", None]


@dataclass(frozen=True)
class MadeUp:
    """What `write_html` is given."""

    recipe: Recipe
    folder: str


def jpeg(width: int, height: int, color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "JPEG")
    return out.getvalue()


def write_table(path: str, rows: Sequence[dict[str, object]], files: int = 1) -> None:
    """With the columns of the first row. Spark would take longer than the tests."""
    Path(path).mkdir(parents=True)
    schema = to_arrow_schema(columns(*rows[0]))
    for number in range(files):
        table = pa.Table.from_pylist(rows[number::files], schema)
        pq.write_table(table, f"{path}/part-{number:05}.parquet")


def report_of(
    folder: str,
    job: str,
    steps: tuple[Stage, ...],
    pairs: Sequence[int],
    problems: dict[str, int] | None = None,
) -> JobReport:
    """`pairs` after the read and after each step."""
    names = ["read", *map(repr, steps)]
    return JobReport(
        recipe="made-up",
        job=job,
        table=f"{folder}/{job}",
        started="2025-11-22T02:09:46+00:00",
        seconds=1.5,
        funnel=[{"step": s, "pairs": n} for s, n in zip(names, pairs, strict=True)],
        problems=problems or {},
        fingerprint=fingerprint.of_job(steps, {"source": "made <up>"}),
        versions={"python": "3.11"},
    )


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """20 rows read, 2 of them problems; 6 matched, 5 balanced, 4 fetched, 1 shard."""
    folder = str(tmp_path_factory.mktemp("runs") / "a run")
    list_path = Path(folder).parent / "entries.json"
    list_path.write_text(json.dumps(ENTRIES), "utf-8")
    recipe = Recipe(
        "made-up",
        "Nobody et al. <2025>",
        {
            "extract": (),
            "language": (DetectLanguage(), Where("lang in ('en', 'ar')")),
            "match": (MatchEntries(str(list_path)),),
            "balance": (BalanceEntries(t=3),),
            "fetch": (),
            "shard": (WriteShards(),),
            "filter": (),  # has not run
        },
    )
    _tables(folder)
    counts = {
        "extract": [20],
        "language": [20, 20, 6],
        "match": [6, 6],
        "balance": [6, 5],
        "fetch": [4],
        "shard": [4, 4],
    }
    problems = {"extract": {"bad url": 4, "late": 1}, "fetch": {"http 404": 1}}
    for job, pairs in counts.items():
        report = report_of(folder, job, recipe.jobs[job], pairs, problems.get(job))
        write_report(folder, report)
    return MadeUp(recipe, folder)


def _tables(folder: str) -> None:
    pairs = [
        {
            "uid": f"{i:032x}",
            "url": f"https://img.example/{i}.jpg",
            "text": text,
            "page_url": PAGES[i % len(PAGES)],
            "problem": None,
        }
        for i, text in enumerate(CAPTIONS)
    ]
    bad = [
        {**pairs[0], "text": None, "problem": f"bad url: {SCRIPT}{i} {'x' * 300}"} for i in range(4)
    ]
    write_table(f"{folder}/extract", [*pairs, *bad, {**pairs[0], "problem": "late"}])
    tagged = [
        {**without(p, "problem"), "lang": "ar" if p["text"] == "كلب أحمر" else "en"} for p in pairs
    ]
    write_table(f"{folder}/language", tagged)
    matched = [{**p, "entry_ids": ids} for p, ids in zip(tagged, ENTRY_IDS, strict=True)]
    write_table(f"{folder}/match", matched)
    write_table(f"{folder}/balance", matched[:5])
    fetched = [
        {**p, "image": jpeg(400, 200), "width": 400, "height": 200, "problem": None}
        for p in matched[:4]
    ]
    fetched[1]["image"] = b"<html>not an image"
    lost = {**fetched[0], "uid": "f" * 32, "image": None, "problem": "http 404"}
    write_table(f"{folder}/fetch", [*fetched, lost])
    shard = {"shard_path": f"{folder}/shards/00000.tar", "shard_pairs": 4}
    write_table(f"{folder}/shard", [{**shard, "shard_bytes": 10_240, "shard_sha256": "ab" * 32}])


def without(row: dict[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in row.items() if key != name}
