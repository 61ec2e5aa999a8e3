"""Two runs and what they read, with numbers counted by hand from tests/compare/conftest.py."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from crawl2clip.__main__ import main
from crawl2clip.compare.comparison import Comparison, compare_sets
from crawl2clip.compare.planted_recall import PlantedKind, read_truth
from crawl2clip.compare.profile import LanguageShares
from crawl2clip.compare.render import render
from crawl2clip.compare.run_loading import load_runs
from crawl2clip.recipe import RecipeError
from tests.compare.conftest import BREAKOUT, PAIRS, SCRIPT, Runs, row, run, write


@pytest.fixture(scope="module")
def compared(spark: SparkSession, runs: Runs) -> Comparison:
    sets = load_runs(spark, [runs.left, runs.right], raw=True)
    return compare_sets(sets, truth=read_truth(spark, runs.truth))


@pytest.fixture(scope="module")
def html(compared: Comparison) -> str:
    return render(compared)


def rows(html: str, section: str, table: int = 0) -> list[list[str]]:
    page = HTMLParser(html)
    found = page.css(f"#{section} table")[table].css("tbody tr")
    return [[" ".join(cell.text().split()) for cell in line.css("td")] for line in found]


def test_raw_comes_first_and_sizes_are_those_of_the_funnel(compared: Comparison) -> None:
    assert [(one.name, one.start, one.end) for one in compared.sets] == [
        ("raw", 6, 6), ("left", 6, 4), ("right", 6, 3),
    ]  # fmt: skip
    assert compared.sets[1].jobs == {"extract": 6, "filter": 4}
    assert compared.one_crawl


def test_overlaps_of_pairs_images_and_texts(compared: Comparison) -> None:
    pairs, images, texts = (compared.overlaps[what] for what in ("pairs", "images", "texts"))

    assert pairs.shared == ((6, 4, 3), (4, 4, 2), (3, 2, 3))  # c and d are in both
    assert pairs.jaccard[1][2] == 2 / 5
    assert {one.sets: one.count for one in pairs.combinations} == {
        (0, 1): 2, (0, 1, 2): 2, (0, 2): 1, (0,): 1,
    }  # fmt: skip
    assert images.sizes == (5, 3, 3)  # a and b are of one
    assert images.shared[1][2] == 2
    assert texts.sizes == (5, 3, 3)  # b and c share one
    assert texts.shared[1][2] == 2


def test_languages_words_and_scores(compared: Comparison) -> None:
    raw, left, right = (one.profile for one in compared.sets)

    assert left.languages == LanguageShares(False, {"en": 3 / 4, BREAKOUT: 1 / 4}, 0)
    assert raw.languages is not None
    assert raw.languages.shares["none"] == 1 / 6
    assert right.words is not None
    assert right.words.counts == ((1, 1), (2, 1), (4, 1))
    assert left.characters is not None
    assert left.characters.counts == ((5, 2), (9, 1), (len(SCRIPT), 1))
    assert raw.scores["clip_score"].counts == (
        (-0.1, 1), (0.2, 1), (0.25, 1), (0.3, 1), (0.9, 1),
    )  # fmt: skip


def test_entries_of_the_recipe(compared: Comparison) -> None:
    raw, left, right = (one.profile.entries for one in compared.sets)

    assert raw is not None
    assert left is not None
    assert right is not None
    assert (raw.matched, raw.matches, raw.head_share) == (3, 5, 3 / 5)  # 0: a, b, c; 1: a; 2: e
    assert (left.matched, left.matches) == (2, 4)
    assert (right.matched, right.entropy_bits) == (2, 1.0)


def test_entries_of_a_list_for_all(spark: SparkSession, runs: Runs, tmp_path: Path) -> None:
    entries = tmp_path / "entries.json"
    entries.write_text(json.dumps(["dog", "red dog", "zwei", "never"]))

    found = compare_sets(load_runs(spark, [runs.left, runs.right]), str(entries))

    assert [
        (one.profile.entries.matched, one.profile.entries.listed, one.profile.entries.matches)
        for one in found.sets
        if one.profile.entries
    ] == [(2, 4, 4), (2, 4, 2)]


def test_what_is_left_of_each_planted_kind(compared: Comparison) -> None:
    assert compared.planted == (
        PlantedKind("clean", 1, (1, 1, 0)),
        PlantedKind("untrue", 2, (2, 1, 2)),
        PlantedKind(BREAKOUT, 1, (1, 1, 1)),
        PlantedKind("too_short", 3, (3, 2, 1)),
    )


def test_the_page_shows_it(html: str) -> None:
    assert rows(html, "sizes") == [
        ["raw", "6", "6", "100%", "6", "5", "5"],
        ["left", "6", "4", "66.7%", "4", "3", "3"],
        ["right", "6", "3", "50.0%", "3", "3", "3"],
    ]
    assert rows(html, "overlap")[1] == ["left", "100%", "100%", "50.0%"]
    assert rows(html, "overlap", 1)[1] == ["left", "66.7%", "100%", "40.0%"]
    assert rows(html, "planted")[3] == ["too_short", "3", "100%", "66.7%", "33.3%"]
    assert rows(html, "languages")[0] == ["en", "50.0%", "75.0%", "33.3%"]
    assert rows(html, "entries")[1] == ["left", "2", "–", "4", "0.81", "75.0%"]
    page = HTMLParser(html)
    assert len(page.css(".upset .fill")) == 4
    assert not page.css("#networks, #crawls")


def test_what_the_web_says_is_text_and_nothing_else(html: str) -> None:
    page = HTMLParser(html)

    assert not page.css("script, img, [onerror], [style], iframe, form, base")
    assert "style-src 'sha256-" in html
    assert BREAKOUT not in html
    assert rows(html, "planted")[2][0] == BREAKOUT


def test_partitions_change_nothing(
    spark: SparkSession, runs: Runs, compared: Comparison, html: str
) -> None:
    spark.conf.set("spark.sql.files.maxPartitionBytes", "700")
    try:
        sets = load_runs(spark, [runs.left, runs.right], raw=True)
        again = compare_sets(sets, truth=read_truth(spark, runs.truth).repartition(5))
    finally:
        spark.conf.unset("spark.sql.files.maxPartitionBytes")

    assert again == compared
    assert render(again) == html


def test_runs_of_other_crawls_are_compared_with_a_warning(
    spark: SparkSession, runs: Runs, tmp_path: Path
) -> None:
    without = [{k: v for k, v in row(label).items() if k in ("label", "url", "text")}
               for label in PAIRS]  # fmt: skip
    other = run(spark, tmp_path / "other", write(tmp_path / "source", without), "ae", name="left")

    found = compare_sets(load_runs(spark, [runs.left, other, runs.right]))

    names = [one.name for one in found.sets]
    assert names == [f"left ({runs.left})", f"left ({other})", "right"]
    assert not found.one_crawl
    assert HTMLParser(render(found)).css_first("#crawls") is not None
    detected, entries = found.sets[1].profile.languages, found.sets[1].profile.entries
    assert detected is not None
    assert detected.detected
    assert detected.shares["de"] == 1 / 2
    assert entries is None
    assert rows(render(found), "entries")[1][1] == "not matched"


def test_rows_that_are_no_pairs_are_not_compared(spark: SparkSession, tmp_path: Path) -> None:
    bad = {**row("a"), "label": "b", "problem": "http 404: gone"}
    no_text = {**row("a"), "label": "b", "text": None}
    source = write(tmp_path / "source", [row("b"), bad, no_text])
    folder = run(spark, tmp_path / "r", source, "b")

    found = compare_sets(load_runs(spark, [folder], raw=True))

    assert found.overlaps["pairs"].sizes == (2, 2)
    assert [one.profile.rows for one in found.sets] == [2, 2]
    assert found.sets[1].profile.words is not None
    assert found.sets[1].profile.words.counts == ((0, 1), (2, 1))


def test_an_empty_set_has_a_page(spark: SparkSession, runs: Runs, tmp_path: Path) -> None:
    empty = run(spark, tmp_path / "none", str(Path(runs.left).parent / "source"), "z")

    found = compare_sets(load_runs(spark, [empty]), truth=read_truth(spark, runs.truth))

    page = render(found)
    assert rows(page, "sizes")[0] == ["none", "6", "0", "0%", "0", "0", "0"]
    assert not HTMLParser(page).css(".upset")


def test_a_table_that_is_gone_is_told(spark: SparkSession, runs: Runs, tmp_path: Path) -> None:
    folder = run(spark, tmp_path / "r", str(Path(runs.left).parent / "source"), "a")
    (tmp_path / "r" / "filter").rename(tmp_path / "elsewhere")

    with pytest.raises(RecipeError, match="the table of filter is gone"):
        load_runs(spark, [folder])


def ended(words: list[str]) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0)


def test_the_command_writes_a_page_and_all_numbers(
    spark: SparkSession, runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    words = ["compare", runs.left, runs.right, "--raw", "--truth", runs.truth, "--out", str(out)]

    assert ended(words) == 0

    assert capsys.readouterr().out.splitlines()[-1] == f"report: {out}/compare.html"
    told = json.loads((out / "compare.json").read_text("utf-8"))
    assert told["one_crawl"] is True
    assert told["overlaps"]["pairs"]["jaccard"][1][2] == 0.4
    assert told["sets"][1]["profile"]["scores"]["clip_score"]["counts"][0] == [-0.1, 1]
    assert told["planted"][3] == {"kind": "too_short", "planted": 3, "left": [3, 2, 1]}
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert before.keys() == {"compare.html", "compare.json"}
    assert ended(words) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_mistakes_are_told_in_a_line(
    spark: SparkSession, runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out")]
    train = [runs.left, "--train"]
    truth = ["--truth", runs.truth]
    mistakes = {
        "no finished run": [str(tmp_path)],
        "named twice": [runs.left, f"{runs.left}/"],
        "is not a Parquet table": [runs.left, "--truth", str(tmp_path / "gone.parquet")],
        "lacks is_true, kind, scene_id": [runs.left, "--truth", f"{runs.left}/filter"],
        "there is no entry list": [runs.left, "--entries", str(tmp_path / "gone.json")],
        "needs true pairs to judge by": [*train, "100"],
        "is a folder on a disk": [runs.left, "--out", "s3a://b/out"],
        "goes with --train": [runs.left, "--images", "x"],
        "less than a batch of 256": [*train, "100", *truth],
        "share between 0 and 1": [*train, "1e4", *truth, "--held-out", "0"],
        "evaluation set is a folder": [*train, "1e4", *truth, "--evaluate", "gone"],
        "nothing to train on": [*train, "1e4", *truth],
    }  # fmt: skip
    for why, words in mistakes.items():
        assert ended(["compare", *out, *words]) == 2, why
        told = capsys.readouterr().err
        assert why in told
        assert told.count("\n") == 1


def test_seventeen_sets_are_too_many(spark: SparkSession) -> None:
    with pytest.raises(RecipeError, match="16 at most"):
        load_runs(spark, [f"/runs/{i}" for i in range(16)], raw=True)
