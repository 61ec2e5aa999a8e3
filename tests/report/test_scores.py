import math
from pathlib import Path

from pyspark.sql import SparkSession

from crawl2clip.engine.job_report import write_report
from crawl2clip.filter.keep_top import KeepTop
from crawl2clip.recipe import Recipe
from crawl2clip.report.render import render
from crawl2clip.report.view_builder import collect
from crawl2clip.report.view_model import Kept, ReportPage
from crawl2clip.stage import Stage
from tests.report.conftest import SCRIPT, jpeg, report_of, write_table

# Spread over 20 buckets of 0.01 each, from -0.05 to 0.15; the best four are kept.
SCORES = [-0.05, -0.049, 0.004, 0.025, 0.145, 0.1499, 0.15, 0.114]
KEPT = 4


def scored(score: float | None, number: int) -> dict[str, object]:
    return {
        "uid": f"{number:032x}",
        "url": f"https://img.example/{number}.jpg",
        "text": f"{SCRIPT} {number}",
        "image": jpeg(40, 30),
        "dfn_score": score,
        "dfn_score_model": "tiny <b>",
        "problem": None if score is not None else "undecodable image: no bytes",
    }


def page(spark: SparkSession, folder: str, values: list[float | None]) -> ReportPage:
    rows = [scored(value, number) for number, value in enumerate(values)]
    best = sorted((row for row in rows if row["problem"] is None), key=_score)[-KEPT:]
    write_table(f"{folder}/score", rows, files=3)
    write_table(f"{folder}/filter", best)
    jobs: dict[str, tuple[Stage, ...]] = {"score": (), "filter": (KeepTop("dfn_score", 0.5),)}
    for job, steps in jobs.items():
        write_report(folder, report_of(folder, job, steps, [len(rows)] * (len(steps) + 1)))
    return collect(spark, Recipe("scored", "", jobs), folder)


def _score(row: dict[str, object]) -> float:
    score = row["dfn_score"]
    assert isinstance(score, float)
    return score


def test_scores_are_counted_with_what_was_kept_and_both_ends_shown(
    spark: SparkSession, tmp_path: Path
) -> None:
    shown = page(spark, str(tmp_path / "run"), [*SCORES, None])

    (found,) = shown.scores
    assert (found.job, found.column, found.model) == ("score", "dfn_score", "tiny <b>")
    assert found.kept_by == "filter"
    assert len(found.buckets) == 20
    by_place = {i: (b.pairs, b.kept) for i, b in enumerate(found.buckets) if b.pairs}
    assert by_place == {0: (2, 0), 5: (1, 0), 7: (1, 0), 16: (1, 1), 19: (3, 3)}
    assert math.isclose(found.buckets[5].low, 0, abs_tol=1e-6)
    shown_scores = [[round(pair.score or 0, 4) for pair in end] for end in _ends(shown)]
    assert shown_scores == [sorted(SCORES, reverse=True), sorted(SCORES)]
    assert all(pair.thumbnail for end in _ends(shown) for pair in end)
    html = render(shown)
    assert "Scores" in html
    assert "0.150" in html
    assert SCRIPT not in html
    assert "tiny <b>" not in html


def test_equal_scores_are_one_bucket(spark: SparkSession, tmp_path: Path) -> None:
    (found,) = page(spark, str(tmp_path / "equal"), [0.5] * 5).scores

    assert [(bucket.pairs, bucket.kept) for bucket in found.buckets] == [(5, 4), *[(0, 0)] * 19]
    assert len(found.highest) == 5


def _ends(shown: ReportPage) -> tuple[tuple[Kept, ...], ...]:
    return shown.scores[0].highest, shown.scores[0].lowest
