"""Two small recipes on one table of pairs, run by the runner, and what is to be known of it."""

from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import recipe_of
from crawl2clip.synthetic_web.captions import caption
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.encoding import encoded
from crawl2clip.synthetic_web.scenes import random_scene

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = '"><img src=x onerror=alert(1)>'

# label: image, text, language, score, entries. The label stands for the pair in what follows.
PAIRS: dict[str, tuple[str, str, str | None, float | None, list[int]]] = {
    "a": ("1", "a red dog", "en", 0.3, [0, 1]),
    "b": ("1", "a dog", "en", 0.25, [0]),
    "c": ("2", "a dog", "en", -0.1, [0]),
    "d": ("3", SCRIPT, BREAKOUT, 0.2, []),
    "e": ("4", "eins zwei drei vier", "de", 0.9, [2]),
    "f": ("5", "x", None, float("nan"), []),
}
LEFT, RIGHT = "abcd", "cde"
KINDS: dict[str, tuple[list[str], bool]] = {
    "a": ([], True),
    "b": (["too_short"], True),
    "c": (["too_short", BREAKOUT], False),
    "e": ([], False),
    "f": (["too_short"], True),
}


class Runs(NamedTuple):
    """Folders of the runs, in one folder, and the sample's truth."""

    left: str
    right: str
    truth: str


@pytest.fixture(scope="session")
def runs(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    folder = tmp_path_factory.mktemp("compare")
    source = write(folder / "source", [row(label) for label in PAIRS])
    kinds = [
        {"url": url(label), "text": PAIRS[label][1], "kind": kind, "is_true": true}
        for label, (kind, true) in KINDS.items()
    ]
    lost = {"url": None, "text": "no link", "kind": ["bad_url"], "is_true": True}
    truth = write(folder / "truth", [{**kind, "scene_id": "s"} for kind in [*kinds, lost]])
    made = {name: run(spark, folder / name, source, kept) for name, kept in
            {"left": LEFT, "right": RIGHT}.items()}  # fmt: skip
    return Runs(made["left"], made["right"], truth)


def url(label: str) -> str:
    return f"http://a.example/{PAIRS[label][0]}.jpg"


def row(label: str) -> dict[str, Any]:
    _, text, lang, score, entries = PAIRS[label]
    told = {"lang": lang, "clip_score": score, "entry_ids": entries, "problem": None}
    return {"label": label, "url": url(label), "text": text, **told}


def write(folder: Path, rows: list[dict[str, Any]]) -> str:
    folder.mkdir(parents=True)
    types = [("problem", pa.string()), ("entry_ids", pa.list_(pa.int32()))]
    found = pa.Table.from_pylist(rows)
    for name, kind in types:
        if name in found.column_names:
            place = found.column_names.index(name)
            found = found.set_column(place, name, found[name].cast(kind))
    pq.write_table(found, folder / "part-0.parquet")
    return str(folder)


def run(spark: SparkSession, folder: Path, source: str, kept: str, name: str = "") -> str:
    """A recipe of two jobs: all is read, and the pairs with those labels stay."""
    labels = ", ".join(f"'{label}'" for label in kept)
    jobs = {"extract": None, "filter": [{"where": f"label in ({labels})"}]}
    recipe = recipe_of({"recipe": name or folder.name, "jobs": jobs}, "r.yaml")
    asked = Run(recipe, Source(source), str(folder))
    for job in recipe.jobs:
        run_job(spark, asked, job)
    return str(folder)


def drawn(scenes: int, mismatched: int) -> list[dict[str, Any]]:
    """Drawings with captions: first so many that are those of others, then true ones."""
    made = [random_scene(f"s{i}", Random(f"scene {i}"), (64, 64)) for i in range(scenes)]
    rows = []
    for number, scene in enumerate(made):
        told = made[(number + 1) % mismatched] if number < mismatched else scene
        rows.append({
            "label": "m" if number < mismatched else "t",
            "url": f"http://b.example/{number}.png",
            "text": caption(told, "en", Random(number)),
            "image": encoded(draw(scene, Random(number)), "png"),
            "problem": None,
        })  # fmt: skip
    return rows
