"""Runs over a Parquet source; those over archives are in test_recipes.py."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine.job_report import JobReport, loss, read_report
from crawl2clip.engine.run import Run, begin_again, run_job
from crawl2clip.engine.source import Source
from crawl2clip.engine.spark_executor import problem_counts
from crawl2clip.recipe import Recipe, RecipeError, recipe_of

TEXTS = ["a red dog", "a dog", "ein roter Hund", "a very red dog"]


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> str:
    rows = [(f"http://x.example/{i}.jpg", text) for i, text in enumerate(TEXTS)]
    path = str(tmp_path / "pairs.parquet")
    spark.createDataFrame(rows, "url STRING, text STRING").write.parquet(path)
    return path


def recipe(min_words: int = 3) -> Recipe:
    jobs = {
        "filter": [
            {"caption_length": {"min_words": min_words}},
            {"where": "text not like '%Hund'"},
        ],
        "dedup": [{"drop_duplicates": ["text"]}],
    }
    return recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml")


def test_a_job_leaves_a_table_and_last_a_report(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))

    report = run_job(spark, run, "filter")

    assert report.executor == "worker"
    assert report.reason == "each of its 2 steps works on one batch of rows at a time"
    assert report.funnel == [
        {"step": "read", "pairs": 4},
        {"step": "CaptionLength(min_words=3, max_words=20, split='blanks')", "pairs": 3},
        {"step": "Where(condition=\"text not like '%Hund'\")", "pairs": 2},
    ]
    kept = {row.text for row in spark.read.parquet(f"{run.folder}/filter").collect()}
    assert kept == {"a red dog", "a very red dog"}
    assert read_report(run.folder, "filter") == report
    assert json.loads((tmp_path / "run" / "filter.json").read_text())["problems"] == {}


def test_a_done_job_is_skipped_while_nothing_changed(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))
    first = run_job(spark, run, "filter")

    again = run_job(spark, run, "filter")

    assert again.skipped
    assert again.started == first.started


def test_a_changed_setting_runs_the_job_and_the_next_again_and_says_why(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    for_each: dict[int, list[str]] = {}
    for min_words in (3, 2):
        run = Run(recipe(min_words), Source(table), str(tmp_path / "run"))
        said = for_each.setdefault(min_words, [])
        reports = [run_job(spark, run, job, say=said.append) for job in run.recipe.jobs]

    plans = [
        "filter: worker executor: each of its 2 steps works on one batch of rows at a time",
        "dedup: Spark executor: step 1, drop_duplicates, needs a shuffle",
    ]
    assert for_each[3] == plans
    assert for_each[2] == [
        "filter: runs again: "
        'step 1 was caption_length {"max_words": 20, "min_words": 3, "split": "blanks"}, '
        'is caption_length {"max_words": 20, "min_words": 2, "split": "blanks"}',
        plans[0],
        "dedup: runs again: input filter has changed",
        plans[1],
    ]
    assert [report.pairs for report in reports] == [3, 3]
    assert not any(report.skipped for report in reports)


def test_a_job_that_is_begun_again_runs_and_so_do_those_after_it(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))
    for job in run.recipe.jobs:
        run_job(spark, run, job)

    begin_again(run, "dedup")
    assert [run_job(spark, run, job).skipped for job in run.recipe.jobs] == [True, False]
    begin_again(run, "filter")
    assert [run_job(spark, run, job).skipped for job in run.recipe.jobs] == [False, False]
    with pytest.raises(RecipeError, match="no job 'fitler'; did you mean 'filter'"):
        begin_again(run, "fitler")


def test_more_input_runs_the_job_again(spark: SparkSession, table: str, tmp_path: Path) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))
    run_job(spark, run, "filter")
    more = spark.createDataFrame(
        [("http://x.example/9.jpg", "one more dog")], "url STRING, text STRING"
    )
    more.write.mode("append").parquet(table)
    said: list[str] = []

    report = run_job(spark, run, "filter", say=said.append)

    assert report.pairs == 3
    assert any(line.startswith("filter: runs again: input files was") for line in said)


def test_a_job_that_stops_midway_is_not_done(
    spark: SparkSession, table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))
    whole = run_job(spark, run, "filter")
    changed = Run(recipe(min_words=2), Source(table), run.folder)
    with monkeypatch.context() as patch:
        patch.setattr("crawl2clip.engine.run.write_report", _killed)
        with pytest.raises(KeyboardInterrupt):
            run_job(spark, changed, "filter")

    assert read_report(run.folder, "filter") is None
    assert run_job(spark, run, "filter").funnel == whole.funnel


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_job_whose_input_is_missing_is_refused(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    run = Run(recipe(), Source(table), str(tmp_path / "run"))

    with pytest.raises(RecipeError, match="job dedup reads the table of filter: run that first"):
        run_job(spark, run, "dedup")
    with pytest.raises(RecipeError, match="give it --source"):
        run_job(spark, Run(recipe(), None, run.folder), "filter")


def test_rows_with_a_problem_stay_with_the_job_that_met_them(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = [
        ("u1", "a red dog", None),
        ("u2", None, "http 404: http://x.example"),
        ("u3", "a dog", "http 404"),
        (None, None, "missing file: w.warc.gz"),
        ("u4", "one more dog", None),
    ]
    path = str(tmp_path / "pairs.parquet")
    spark.createDataFrame(rows, "url STRING, text STRING, problem STRING").write.parquet(path)
    run = Run(recipe(), Source(path), str(tmp_path / "run"))

    first, second = (run_job(spark, run, job) for job in run.recipe.jobs)

    assert first.funnel[0] == {"step": "read", "pairs": 2}
    assert first.problems == {"http 404": 2, "missing file": 1}
    assert first.lost_files == 1
    assert second.funnel[0] == {"step": "read", "pairs": 2}
    assert second.problems == {}


@pytest.mark.parametrize(
    ("allowed", "expected"), [(1.0, None), (0.5, None), (0.49, "50.00% of what")]
)
def test_a_share_of_problems_beyond_the_recipes_is_a_loss(
    spark: SparkSession, tmp_path: Path, allowed: float, expected: str | None
) -> None:
    rows = [("u1", "a red dog", None), ("u2", None, "broken record: 3 bytes")]
    path = str(tmp_path / "pairs.parquet")
    spark.createDataFrame(rows, "url STRING, text STRING, problem STRING").write.parquet(path)
    read = {"max_problem_share": allowed}
    described = {"recipe": "r", "read": read, "jobs": {"filter": None, "dedup": None}}
    run = Run(recipe_of(described, "r.yaml"), Source(path), str(tmp_path / "run"))

    losses = [loss(run_job(spark, run, job), run.recipe) for job in run.recipe.jobs]

    assert losses[1] is None
    assert losses[0] == expected or str(losses[0]).startswith(f"filter: {expected}")


def test_a_uid_is_the_same_whichever_door_a_pair_takes(spark: SparkSession, tmp_path: Path) -> None:
    import hashlib

    path = str(tmp_path / "pairs.parquet")
    spark.createDataFrame(
        [("http://x.example/ä", "собака")], "url STRING, text STRING"
    ).write.parquet(path)

    [row] = Source(path).pairs(spark).collect()

    assert row.uid == hashlib.md5("http://x.example/ä\0собака".encode()).hexdigest()


def test_a_table_without_captions_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "pairs.parquet")
    spark.createDataFrame([("u",)], "url STRING").write.parquet(path)

    with pytest.raises(RecipeError, match="has no column text; it has url"):
        Source(path).pairs(spark)
    with pytest.raises(RecipeError, match="holds no Parquet table"):
        Source(str(tmp_path)).pairs(spark)


def test_one_row_for_many_images_left_out_counts_as_many_but_is_no_problem(
    spark: SparkSession,
) -> None:
    problems = [
        *("left out inline: 1200 with a text", "left out inline: 34 with a text"),
        *("left out pixel: 5 with a text", "left out x", "bad url: left out inline: 9 with a text"),
    ]
    found = problem_counts(spark.createDataFrame([(text,) for text in problems], "problem STRING"))

    assert found == {"left out inline": 1234, "left out pixel": 5, "left out x": 1, "bad url": 1}
    report = JobReport("r", "j", "t", "", 0, [{"step": "read", "pairs": 3}], found, {})
    assert report.left_out_images == 1240
    assert report.problem_share == 1 / 4


def test_lost_files_are_counted_however_many_kinds_of_problem_there_are(
    spark: SparkSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawl2clip.engine.spark_executor.MOST_KINDS", 1)
    rows = [("http 404: gone",), ("http 404: gone",), ("missing file: w.warc.gz",)]

    assert problem_counts(spark.createDataFrame(rows, "problem STRING")) == {"missing file": 1}


def test_a_run_in_which_nothing_is_left_ends_with_zeros(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    (tmp_path / "entries.json").write_text('["dog"]')
    jobs: dict[str, list[object]] = {
        "filter": [{"where": "length(text) > 1000"}, "caption_length"],
        "dedup": ["drop_duplicates"],
        "match": [{"match_entries": str(tmp_path / "entries.json")}],
        "balance": ["balance_entries"],
    }
    run = Run(
        recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml"), Source(table), str(tmp_path / "r")
    )

    reports = [run_job(spark, run, job) for job in jobs]

    counts = [[row["pairs"] for row in report.funnel] for report in reports]
    assert counts == [[4, 0, 0], [0, 0], [0, 0], [0, 0]]


def test_a_condition_that_nothing_can_meet_leaves_nothing(
    spark: SparkSession, table: str, tmp_path: Path
) -> None:
    recipe = recipe_of({"recipe": "r", "jobs": {"filter": [{"where": "false"}]}}, "r.yaml")

    report = run_job(spark, Run(recipe, Source(table), str(tmp_path / "r")), "filter")

    assert report.pairs == 0
