"""Every step that both executors can run gives the same rows, columns, counts and problems."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine.parquet_splits import read_split, table_splits
from crawl2clip.engine.spark_executor import run_on_spark
from crawl2clip.engine.worker_executor import TaskInputs, arrow_schema, run_on_workers, works_of
from crawl2clip.engine.written_table import WrittenTable
from crawl2clip.schema import COLUMNS, columns
from crawl2clip.shared.run_context import RunContext
from crawl2clip.spark.arrow_step import NeedsSpark
from crawl2clip.stage import Stage, load_stages
from tests.score.pictures import encoded, rgb
from tests.score.tiny import tiny

STAGES = load_stages()
OFFER_BOTH = [name for name, cls in STAGES.items() if cls.in_workers is not Stage.in_workers]

NAMES = (
    *("uid", "url", "text", "page_url", "sha256", "phash", "image", "image_embedding"),
    *("image_cluster", "lang", "lang_reliable", "entry_ids", "width", "clip_score", "opt_out"),
    "problem",
)


def rows() -> list[dict[str, object]]:
    """Pairs of all sorts: nulls, other scripts, empty texts, pictures that are none, problems."""
    texts = [
        *("a red dog", "Ein roter Hund läuft.", "", None, "一只红色的狗", "bad word", "犬 です"),
        *("a  red\u2003dog", "😀😀😀", "e\u0301" * 3, "dog " * 30, "Straße&amp;\x00"),
    ]
    found: list[dict[str, object]] = []
    for n in range(96):
        image = [encoded(rgb(40 + n % 5, 50, seed=n), "JPEG"), b"junk", None][n % 7 % 3]
        found.append(
            {
                "uid": f"{n:032x}",
                "url": [f"http://a.x.example/{n % 9}.jpg", "http://y.example/1", None][n % 3],
                "text": texts[n % 12],
                "page_url": f"http://{'x.a' if n % 2 else 'z'}.example/",
                "sha256": [f"{n % 4:064x}", None][n % 5 == 0],
                "phash": [bytes([n % 3]) * 80, None][n % 6 == 0],
                "image": image,
                "image_embedding": [[float(n % 5), 1.0, float(n % 3)], None][n % 8 == 0],
                "image_cluster": [n % 3, None][n % 7 == 0],
                "lang": ["en", "de", None, "zh"][n % 4],
                "lang_reliable": [True, False, None][n % 3],
                "entry_ids": [[n % 4, 4], [], None][n % 5 % 3],
                "width": n * 7,
                "clip_score": [0.1, 0.28, float("nan"), None, -0.0][n % 5],
                "opt_out": [[{"agent": "*", "directive": "noai"}], [], None][n % 3],
                "problem": ["http 404: gone", "left out inline: 12 with a text", None][n % 11 % 3],
            }
        )
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pairs")
    made = pa.Table.from_pylist(rows(), arrow_schema(columns(*NAMES)))
    for start in range(0, 96, 32):
        pq.write_table(made.slice(start, 32), folder / f"{start}.parquet", row_group_size=20)
    return str(folder)


def text(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content, "utf-8")
    return str(folder / name)


def array(folder: Path, name: str, values: Sequence[object]) -> str:
    np.save(folder / name, np.array(values))
    return str(folder / name)


def clip(folder: Path) -> Stage:
    model = tiny(folder, "tiny-a")
    settings = {"model": model.name, "weights": model.weights, "model_config": model.config}
    return STAGES["score_clip"](**settings, to="dfn_score", batch_size=1)


def evaluation(folder: Path) -> Stage:
    known = {"sha256": [f"{2:064x}"], "phash": [bytes(32)], "embedding": [[0.0, 1.0, 0.0]]}
    pq.write_table(pa.table(known), folder / "eval.parquet")
    by = ("sha256", "phash", "embedding")
    return STAGES["drop_eval_images"](str(folder / "eval.parquet"), by=by)


def by_language(folder: Path) -> Stage:
    (folder / "lists").mkdir()
    for lang, entries in {"en": ["dog", "red dog"], "zh": ["狗"]}.items():
        (folder / "lists" / f"{lang}.json").write_text(json.dumps(entries))
    return STAGES["match_entries_by_language"](str(folder / "lists"))


# For each step one whose verdicts differ from row to row.
EXAMPLES: dict[str, Callable[[Path], Stage]] = {
    "assign_cluster": lambda f: STAGES["assign_cluster"](
        array(f, "centres.npy", [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    ),
    "balance_entries": lambda f: STAGES["balance_entries"](t=7, seed=3),
    "blocked_domains": lambda f: STAGES["blocked_domains"](
        text(f, "domains", "x.example\nx.a.example"), ("url", "page_url")
    ),
    "blocked_hashes": lambda f: STAGES["blocked_hashes"](text(f, "hashes", f"{2:064x}"), "sha256"),
    "blocked_urls": lambda f: STAGES["blocked_urls"](text(f, "urls", "/[12]$")),
    "blocked_words": lambda f: STAGES["blocked_words"](text(f, "words", "bad\nhund")),
    "caption_length": lambda f: STAGES["caption_length"](1, 3, "scripts"),
    "clean_text": lambda f: STAGES["clean_text"](),
    "detect_language": lambda f: STAGES["detect_language"](),
    "detect_language_cld2": lambda f: STAGES["detect_language_cld2"](),
    "detect_language_cld3": lambda f: STAGES["detect_language_cld3"](),
    "drop_eval_images": evaluation,
    "drop_unmatched": lambda f: STAGES["drop_unmatched"](),
    "keep_clusters": lambda f: STAGES["keep_clusters"](array(f, "clusters.npy", [0, 2])),
    "laion_split": lambda f: STAGES["laion_split"](),
    "match_entries": lambda f: STAGES["match_entries"](text(f, "entries", '["dog", "red dog"]')),
    "match_entries_by_language": by_language,
    "perceptual_hash": lambda f: STAGES["perceptual_hash"](),
    "respect_opt_out": lambda f: STAGES["respect_opt_out"](),
    "score_clip": clip,
    "text_entity": lambda f: STAGES["text_entity"](text(f, "synsets", "n02084071")),
    "where": lambda f: STAGES["where"]("if(lang = 'en', clip_score >= 0.28, width > 100)"),
}
# Conditions with functions that only Spark computes.
ON_SPARK = {"blocked_hashes", "respect_opt_out"}


def by_workers(spark: SparkSession, table: str, step: Stage, path: str) -> WrittenTable:
    pairs = spark.read.parquet(table)
    read = partial(read_split, schema=arrow_schema(pairs.schema))
    inputs = TaskInputs(table_splits(table, 2), read, pairs.schema)
    return run_on_workers(spark, inputs, works_of(pairs, [step]), path, "plan")


@pytest.mark.parametrize("name", OFFER_BOTH)
def test_both_executors_give_the_same(
    spark: SparkSession, table: str, tmp_path: Path, name: str
) -> None:
    assert name in EXAMPLES, "a step that both can run wants an example here"
    step = EXAMPLES[name](tmp_path).in_run(RunContext(str(tmp_path / "run")))
    if name in ON_SPARK:
        with pytest.raises(NeedsSpark, match="has a condition with"):
            step.in_workers(spark.read.parquet(table))
        return

    one = by_workers(spark, table, step, str(tmp_path / "one"))
    other = run_on_spark(spark.read.parquet(table), [step], str(tmp_path / "other"))

    assert one.pairs == other.pairs
    assert one.problems == other.problems
    found, expected = (spark.read.parquet(str(tmp_path / path)) for path in ("one", "other"))
    assert found.schema == expected.schema
    assert _metadata(found.schema.fields) == _metadata(expected.schema.fields)
    assert found.count() == expected.count() > 0
    assert found.exceptAll(expected).isEmpty()
    assert one.pairs[0] < 96, "problems are no pairs"


def _metadata(fields: Sequence[object]) -> list[object]:
    return [field.metadata for field in fields]  # type: ignore[attr-defined]


def test_the_examples_are_of_steps_that_there_are() -> None:
    assert sorted(EXAMPLES) == sorted(OFFER_BOTH)
    assert set(NAMES) <= COLUMNS.keys()
