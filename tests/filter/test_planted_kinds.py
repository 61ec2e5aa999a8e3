"""What the sample plants for filters to find, and what they find: precision and recall by kind."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from crawl2clip.dedup.drop_duplicates import DropDuplicates
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.respect_opt_out import RespectOptOut
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.recipe import load_recipe
from crawl2clip.stage import Filter
from crawl2clip.synthetic_web import SampleSettings, make_sample, truth

SETTINGS = SampleSettings(pages=60, pictures=360, hosts=6, warcs=3, port=18767, slow_seconds=1.5)
ALIGN = Path(__file__).parents[2] / "conf" / "recipes" / "align.yaml"
SCHEMA = (
    "uid STRING, url STRING, text STRING, opt_out ARRAY<STRUCT<agent STRING, directive STRING>>, "
    "original_width INT, original_height INT"
)

Pair = dict[str, Any]


def sizes() -> dict[str, Filter]:
    """ALIGN's rules for images, as its recipe has them."""
    _, sides, ratio = load_recipe(str(ALIGN)).jobs["fetch"]
    assert isinstance(sides, Filter)
    assert isinstance(ratio, Filter)
    return {"sides": sides, "ratio": ratio}


@pytest.fixture(scope="module")
def judged(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """The pairs of the crawl: what is true of them, and what each filter says. One Spark job.

    Sizes are the truth's, for nothing is fetched here.
    """
    folder = tmp_path_factory.mktemp("planted") / "sample"
    make_sample(folder, SETTINGS)
    known = {
        (row["page_url"], row["url"], row["text"]): row
        for row in truth(folder).to_pylist()
        if row["url"] and row["text"]
    }
    crawled = [
        (row, known[row.page_url, row.url, row.text])
        for path in sorted((folder / "warc").glob("*.warc.gz"))
        for row in pairs_in_archive(str(path))
        if (row.page_url, row.url, row.text) in known
    ]
    table = [
        (f"{i:06}", row.url, row.text, [(said["agent"], said["directive"]) for said in _said(row)],
         true["width"], true["height"])
        for i, (row, true) in enumerate(crawled)
    ]  # fmt: skip
    pairs = DetectLanguage()(spark.createDataFrame(table, SCHEMA).repartition(2))
    steps = {"length": CaptionLength(), "opt_out": RespectOptOut(), **sizes()}
    stays = [step.stays(pairs).alias(f"_{name}") for name, step in steps.items()]
    said = pairs.select("uid", "url", "lang", *stays).collect()
    return [
        crawled[int(row.uid)][1]
        | {"uid": row.uid, "found_lang": row.lang}
        | {name: row[f"_{name}"] for name in steps}
        for row in said
    ]


def _said(row: Any) -> list[dict[str, str]]:
    return [{"agent": agent, "directive": what} for _, agent, what in row.opt_out or ()]


def agreement(pairs: list[Pair], rule: str, kinds: set[str]) -> tuple[float, float]:
    """Precision and recall of what the rule drops, if it should drop those kinds."""
    gone = {pair["uid"] for pair in pairs if not pair[rule]}
    planted = {pair["uid"] for pair in pairs if kinds & set(pair["kind"])}
    assert planted, f"none of {kinds} is there"
    return len(gone & planted) / len(gone), len(gone & planted) / len(planted)


def test_captions_too_short_and_too_long_go_and_no_other(judged: list[Pair]) -> None:
    # By blanks: an unspaced language has texts of one word that say all there is to say.
    english = [pair for pair in judged if pair["lang"] == "en"]

    assert agreement(english, "length", {"too_short", "too_long"}) == (1, 1)


def test_pages_that_opt_out_go_and_no_other(judged: list[Pair]) -> None:
    assert agreement(judged, "opt_out", {"page_opt_out"}) == (1, 1)


def test_small_and_long_pictures_go(judged: list[Pair]) -> None:
    """And copies and candidates that were made smaller, and so are too small as well."""
    fetched = [pair for pair in judged if pair["outcome"] in ("ok", "redirect")]

    _, recall = agreement(fetched, "sides", {"tiny", "wide"})
    assert recall == 1
    assert agreement(fetched, "ratio", {"wide"}) == (1, 1)
    smaller = {pair["duplicate_kind"] for pair in fetched if not pair["sides"]}
    assert smaller <= {None, "resized", "cropped"}


def test_english_is_told_from_the_others(judged: list[Pair]) -> None:
    """fastText's small model, whatever the probability, on captions of a dozen languages."""
    texts = [pair for pair in judged if pair["lang"]]
    for pair in texts:
        pair["not_english"] = pair["found_lang"] != "en"
        pair["kind"] = [*pair["kind"], *(["en"] if pair["lang"] == "en" else [])]

    precision, recall = agreement(texts, "not_english", {"en"})

    assert precision > 0.95
    assert recall > 0.9


def test_a_pair_on_two_pages_is_there_once(spark: SparkSession, judged: list[Pair]) -> None:
    rows = [(pair["uid"], pair["url"], pair["text"]) for pair in judged]
    pairs = spark.createDataFrame(rows, "uid STRING, url STRING, text STRING").repartition(3)

    left = {row.uid for row in DropDuplicates(("url", "text"))(pairs).collect()}

    gone = [pair for pair in judged if pair["uid"] not in left]
    assert gone
    assert all("shared_pair" in pair["kind"] for pair in gone)
    shared = [pair for pair in judged if "shared_pair" in pair["kind"]]
    assert len(shared) - len(gone) == len({(pair["url"], pair["text"]) for pair in shared})
