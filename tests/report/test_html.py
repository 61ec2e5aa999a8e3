import base64
import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from crawl2clip.engine.job_report import write_report
from crawl2clip.engine.spark_executor import problem_counts
from crawl2clip.filter.where import Where
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.report import write_html
from crawl2clip.report.view_builder import collect
from tests.report.conftest import (
    BREAKOUT,
    CAPTIONS,
    OVERRIDE,
    SCRIPT,
    MadeUp,
    jpeg,
    report_of,
    write_table,
)


@pytest.fixture(scope="module")
def html(spark: SparkSession, made_up: MadeUp) -> str:
    path = write_html(spark, made_up.recipe, made_up.folder)
    assert path == f"{made_up.folder}/report.html"
    return Path(path).read_text("utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> HTMLParser:
    return HTMLParser(html)


def texts(page: HTMLParser, selector: str) -> list[str]:
    return [node.text(strip=True) for node in page.css(selector)]


def rows(page: HTMLParser, section: str) -> list[list[str]]:
    return [
        [cell.text(strip=True) for cell in row.css("td")]
        for row in page.css(f"#{section} tbody tr")
    ]


def test_sections_follow_the_run(page: HTMLParser) -> None:
    names = ["funnel", "languages", "entries", "pairs", "problems", "shards", "provenance"]

    assert [node.attributes["id"] for node in page.css("section")] == names
    assert [a.attributes["href"] for a in page.css("nav a")] == [f"#{name}" for name in names]


def test_the_header_says_what_went_in_and_what_came_out(page: HTMLParser) -> None:
    assert texts(page, "h1") == ["made-up"]
    assert texts(page, ".paper") == ["Nobody et al. <2025>"]
    assert texts(page, ".flow dd:not(.note)") == ["20", "4", "1", "9.0 s"]
    assert texts(page, ".flow dd.note") == [
        "read by extract",
        "20.0% of those read",
        "10.2 kB",
        "6 jobs",
    ]


def test_the_funnel_has_a_bar_and_a_row_for_each_step(page: HTMLParser) -> None:
    counts = texts(page, ".steps li:not(.head) .number:nth-child(4)")
    assert counts == ["20", "20", "6", "6", "5", "4", "4"]
    cut = page.css(".steps li:not(.head)")[2]
    assert [rect.attributes["width"] for rect in cut.css("rect")] == ["1000.0", "300.0"]
    assert rows(page, "funnel")[2] == [
        "", "Where(condition=\"lang in ('en', 'ar')\")", "6", "30.0%", "30.0%", "1.5",
    ]  # fmt: skip
    assert rows(page, "funnel")[-1][2:] == ["4", "20.0%", "100%", "1.5"]


def test_languages_say_that_a_cut_came_before(page: HTMLParser) -> None:
    assert texts(page, ".langs li b") == ["en", "ar"]
    assert texts(page, ".langs .number") == ["5", "83.3%", "1", "16.7%"]
    assert "after the cut by Where(" in " ".join(page.css_first("#languages .lead").text().split())


def test_entries_before_balancing_after_it_and_at_the_end(page: HTMLParser) -> None:
    assert texts(page, "#entries th") == ["entry", "match", "balance", "kept", "fetch", "kept"]
    assert rows(page, "entries") == [
        ["dog", "5", "5", "100%", "4", "80.0%"],
        ["cat", "3", "2", "66.7%", "2", "66.7%"],
        ["<b>red</b>", "1", "1", "100%", "0", "0%"],
    ]
    assert "3 of 5 entries" in page.css_first("#entries .lead").text()
    assert "t = 3" in texts(page, "#entries svg text")


def test_captions_are_text_and_nothing_else(html: str, page: HTMLParser) -> None:
    found = texts(page, ".caption bdi")

    # Those whose image came; not what failed.
    assert sorted(found) == sorted([*CAPTIONS[:2], "\\u202egnp.exe", CAPTIONS[3]])
    assert not page.css("script, [onerror], iframe, object, embed, form, base")
    assert [
        node for node in page.css("img") if not node.attributes["src"].startswith("data:")
    ] == []
    assert SCRIPT not in html
    assert BREAKOUT not in html


def test_directions_are_isolated_and_not_overridden(html: str) -> None:
    assert f'<p class="caption" dir="auto"><bdi>{CAPTIONS[3]}</bdi></p>' in html
    assert OVERRIDE not in html


def test_only_web_addresses_are_links(page: HTMLParser) -> None:
    links = page.css("a:not([href^='#'])")

    assert sorted(str(a.attributes["href"]) for a in links) == [
        "https://a.example/p",
        "https://img.example/3.jpg",  # of the picture, where the page is not known
    ]
    assert {a.attributes["rel"] for a in links} == {"noreferrer noopener nofollow"}
    assert "javascript:alert(1)" in texts(page, ".about .from")


def test_pictures_are_thumbnails_or_said_not_to_be(page: HTMLParser) -> None:
    sources = [img.attributes["src"] for img in page.css("#pairs img")]

    assert len(sources) == 3
    assert texts(page, ".mat").count("not shown") == 1
    assert base64.b64decode(sources[0].partition(",")[2])[:3] == b"\xff\xd8\xff"
    assert all("400 × 200 px" in text for text in texts(page, ".about"))


def test_problems_are_counted_with_examples_cut_short(page: HTMLParser) -> None:
    found = rows(page, "problems")

    assert [row[:3] for row in found] == [
        ["extract", "bad url", "4"], ["", "late", "1"], ["fetch", "http 404", "1"]
    ]  # fmt: skip
    details = texts(page, "#problems tr:nth-child(1) li > bdi")
    assert 1 <= len(details) <= 3
    assert all(detail.startswith(SCRIPT) and len(detail) <= 200 for detail in details)
    assert len(set(details)) == len(details)
    assert texts(page, "#problems tr:nth-child(3) li code") == ["https://img.example/0.jpg"]


def test_shards_and_provenance(page: HTMLParser, made_up: MadeUp) -> None:
    path = f"{made_up.folder}/shards/00000.tar"
    assert rows(page, "shards") == [[path, "4", "10,240", "ab" * 32]]
    assert texts(page, ".runs li") == ["python3.11"]
    of_balance = rows(page, "provenance")[3]
    assert of_balance[:2] == ["balance", "22 November 2025, 02:09 UTC"]
    assert of_balance[2].startswith("balance_entries {") and '"t": 3,' in of_balance[2]
    assert '"made <up>"' in page.css_first("pre").text()


def test_the_page_may_load_and_run_nothing(html: str, page: HTMLParser) -> None:
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]").attributes["content"]
    css = re.search("<style>(.*?)</style>", html, re.DOTALL)

    assert css is not None
    allowed = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not page.css("[style], link:not([rel=icon])")
    assert "url(" not in css[1]
    assert "@import" not in css[1]


def test_equal_runs_give_equal_pages(spark: SparkSession, made_up: MadeUp, html: str) -> None:
    path = write_html(spark, made_up.recipe, f"{made_up.folder}/")

    assert Path(path).read_text("utf-8") == html
    assert not list(Path(made_up.folder).glob("*.tmp"))


def test_without_a_finished_job_there_is_nothing_to_write(
    spark: SparkSession, made_up: MadeUp, tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match="no finished job of made-up"):
        write_html(spark, made_up.recipe, str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def pairs(number: int, letters: int = 10) -> list[dict[str, object]]:
    return [
        {"uid": f"{i:032x}", "url": f"https://a.example/{i}", "text": "x" * letters}
        for i in range(number)
    ]


def run_of(folder: str, rows: list[dict[str, object]], **problems: int) -> Recipe:
    """One job, `filter`, that left these rows."""
    write_table(f"{folder}/filter", rows)
    recipe = Recipe("small", "", {"filter": (Where("true"),)})
    counts = [len(rows), len(rows)]
    write_report(folder, report_of(folder, "filter", recipe.jobs["filter"], counts, problems))
    return recipe


def test_a_run_of_texts_alone_leaves_the_rest_out(spark: SparkSession, tmp_path: Path) -> None:
    recipe = run_of(str(tmp_path), pairs(3))

    page = HTMLParser(Path(write_html(spark, recipe, str(tmp_path))).read_text("utf-8"))

    assert [n.attributes["id"] for n in page.css("section")] == ["funnel", "pairs", "provenance"]
    assert len(page.css(".caption")) == 3
    assert not page.css(".mat, .paper, .arrow + .arrow")


def test_a_table_that_was_deleted_costs_its_sections_alone(
    spark: SparkSession, tmp_path: Path
) -> None:
    recipe = run_of(str(tmp_path), pairs(3), **{"bad url": 2})
    (tmp_path / "filter").rename(tmp_path / "elsewhere")

    found = collect(spark, recipe, str(tmp_path))

    assert (found.gallery, found.languages, found.pairs_out) == (None, None, 3)
    assert found.problems is not None
    assert found.problems.shown[0].examples == ()


def test_an_empty_run_has_a_page(spark: SparkSession, tmp_path: Path) -> None:
    folder = str(tmp_path)
    row = {**pairs(1)[0], "lang": "en", "entry_ids": [], "image": None, "problem": "http 404"}
    write_table(f"{folder}/filter", [row])
    recipe = Recipe("small", "", {"filter": (Where("false"),)})
    write_report(folder, report_of(folder, "filter", recipe.jobs["filter"], [0, 0]))

    page = HTMLParser(Path(write_html(spark, recipe, folder)).read_text("utf-8"))

    assert texts(page, ".flow dd:not(.note)")[:2] == ["0", "0"]
    assert not page.css("#pairs, #entries, #problems")


def test_the_page_stays_small_whatever_the_run(spark: SparkSession, tmp_path: Path) -> None:
    picture = jpeg(1000, 1000, "blue")
    rows = [
        {**pair, "lang": f"l{i}", "entry_ids": list(range(300)), "image": picture}
        for i, pair in enumerate(pairs(60, letters=50_000))
    ]
    recipe = run_of(str(tmp_path), rows, **{f"kind {i}": i + 1 for i in range(30)})

    path = Path(write_html(spark, recipe, str(tmp_path)))

    page = HTMLParser(path.read_text("utf-8"))
    counts = {
        "#pairs figure": 48,
        ".langs li": 15,
        "#entries tbody tr": 20,
        "#problems tbody tr": 20,
    }
    assert {selector: len(page.css(selector)) for selector in counts} == counts
    assert "10 rarer kinds" in page.css_first("#problems .lead").text()
    assert path.stat().st_size < 300_000


def test_the_choice_of_pairs_does_not_depend_on_partitions(
    spark: SparkSession, tmp_path: Path
) -> None:
    recipe = run_of(str(tmp_path), pairs(100))
    before = collect(spark, recipe, str(tmp_path)).gallery
    (tmp_path / "filter").rename(tmp_path / "old")
    write_table(f"{tmp_path}/filter", pairs(100)[::-1], files=7)

    after = collect(spark, recipe, str(tmp_path)).gallery

    assert before == after
    assert before is not None
    first = [pair["url"] for pair in pairs(48)]
    assert [pair.url for pair in before.pairs] != first


def test_a_changed_entry_list_gives_numbers_and_not_wrong_names(
    spark: SparkSession, made_up: MadeUp
) -> None:
    [step] = made_up.recipe.jobs["match"]
    path = Path(step.entries)  # type: ignore[attr-defined]
    kept = path.read_text("utf-8")
    path.write_text(json.dumps(["others", "have", "moved", "in"]), "utf-8")
    try:
        found = collect(spark, made_up.recipe, made_up.folder).entries
    finally:
        path.write_text(kept, "utf-8")

    assert found is not None
    assert [entry.text for entry in found.top] == ["#0", "#1", "#2"]
    assert found.listed is None


def test_half_a_surrogate_pair_in_the_entry_list_is_no_crash(
    spark: SparkSession, made_up: MadeUp, tmp_path: Path
) -> None:
    recipe = replace(made_up.recipe, paper="half \ud83d of a face")
    write_report(str(tmp_path), report_of(str(tmp_path), "extract", (), [1]))

    page = Path(write_html(spark, recipe, str(tmp_path))).read_text("utf-8")

    assert "half \\ud83d of a face" in page


def test_a_page_holds_little_of_what_is_endless(spark: SparkSession, tmp_path: Path) -> None:
    long = "x" * 300_000
    rows = [
        {
            "uid": f"{number:032x}",
            "url": f"https://a.example/{number}/{long}",
            "page_url": f"https://a.example/{long}" if number % 2 else None,
            "text": f"a dog {long}",
            "lang": f"{long}{number}",
            "problem": f"{long}{number}: {long}" if number > 50 else None,
        }
        for number in range(60)
    ]
    write_table(f"{tmp_path}/extract", rows)
    kinds = problem_counts(spark.read.parquet(f"{tmp_path}/extract"))
    report = replace(report_of(str(tmp_path), "extract", (), [51]), problems=kinds)
    write_report(str(tmp_path), report)

    page = Path(write_html(spark, Recipe("r", "", {"extract": ()}), str(tmp_path)))

    assert kinds == {"x" * 100: 9}
    assert page.stat().st_size < 1_000_000
    assert HTMLParser(page.read_text("utf-8")).css("a:not([href^='#'])") == []
