from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.check import after, check, check_job
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source, no_pairs
from crawl2clip.recipe import RecipeError, recipe_of
from crawl2clip.stage import Stage


def checked(spark: SparkSession, **jobs: list[object] | None) -> None:
    check(spark, recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml"))


def test_a_recipe_that_fits_together_passes(spark: SparkSession) -> None:
    checked(spark, extract=None, language=["detect_language", {"where": "lang = 'en'"}])


def test_a_column_that_no_step_adds_is_refused(spark: SparkSession) -> None:
    with pytest.raises(RecipeError) as refused:
        checked(spark, filter=[{"balance_entries": {"t": 20}}])

    assert str(refused.value).startswith("r: filter, step 1: BalanceEntries(t=20, ")
    assert "reads entry_ids, which no step before it adds" in str(refused.value)


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ("lang = 'en'", "lang"),  # not detected yet
        ("text >", "PARSE_SYNTAX_ERROR"),
        ("length(text) + 'x' > date'2020-01-01'", "DATATYPE_MISMATCH"),
    ],
)
def test_a_wrong_condition_is_refused_in_one_line(
    spark: SparkSession, condition: str, complaint: str
) -> None:
    with pytest.raises(RecipeError) as refused:
        checked(spark, filter=[{"where": condition}])

    assert complaint in str(refused.value)
    assert str(refused.value).startswith("r: filter, step 1: ")
    assert "\n" not in str(refused.value)


def test_a_job_is_checked_with_the_columns_that_its_input_has(
    spark: SparkSession, tmp_path: Path
) -> None:
    pairs = spark.createDataFrame([("u", "a dog", 3)], "url STRING, text STRING, likes INT")
    pairs.write.parquet(str(tmp_path / "pairs.parquet"))
    jobs = {"filter": [{"where": "likes > 2"}], "dedup": [{"drop_duplicates": ["loves"]}]}
    recipe = recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml")
    run = Run(recipe, Source(str(tmp_path / "pairs.parquet")), str(tmp_path / "run"))

    check_job(spark, run, "filter")
    with pytest.raises(RecipeError, match="dedup reads the table of filter: run that first"):
        check_job(spark, run, "dedup")
    run_job(spark, run, "filter")
    with pytest.raises(RecipeError, match=r"r: dedup, step 1: .*loves"):
        check_job(spark, run, "dedup")


def test_a_column_to_drop_duplicates_by_must_exist(spark: SparkSession) -> None:
    with pytest.raises(RecipeError, match="sha256"):
        checked(spark, dedup=[{"drop_duplicates": ["sha256"]}])


class Forgets(Stage):
    adds = ("lang",)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return pairs.withColumn("lang", F.lit(1))


class Loses(Stage):
    def __call__(self, pairs: DataFrame) -> DataFrame:
        return pairs.drop("url")


@pytest.mark.parametrize(
    ("broken", "complaint"), [(Forgets, "promises lang"), (Loses, "loses the columns url")]
)
def test_a_stage_that_breaks_its_promise_is_a_bug(
    spark: SparkSession, broken: type[Stage], complaint: str
) -> None:
    with pytest.raises(TypeError, match=complaint):
        after(no_pairs(spark), broken(), "r: filter, step 1")


def test_a_check_plans_each_job_and_leaves_nothing_behind(spark: SparkSession) -> None:
    before = dict(spark.sparkContext.getConf().getAll()), spark.conf.getAll
    jobs = {
        "extract": None,
        "dedup": ["drop_duplicates"],
        "filter": [{"where": "length(text) > 5"}, "rare_tokens"],
        "shard": [{"where": "false"}],
    }

    plans = check(spark, recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml"))

    assert {job: str(plan) for job, plan in plans.items()} == {
        "extract": "worker executor: rows only pass from file to file",
        "dedup": "Spark executor: step 1, drop_duplicates, needs a shuffle",
        "filter": "Spark executor: step 2, rare_tokens, needs a shuffle",
        "shard": "worker executor: its step works on one batch of rows at a time",
    }
    assert (dict(spark.sparkContext.getConf().getAll()), spark.conf.getAll) == before


def test_a_condition_that_only_spark_computes_says_which_part(spark: SparkSession) -> None:
    conditions = {
        "lower(text) = 'a'": "lower",
        "text rlike 'a'": "rlike",
        "cast(text as int) > 1": "casts string to int32",
        "length(trim(text)) > 2": "trim",
    }
    for condition, named in conditions.items():
        jobs = {"filter": [{"where": condition}]}
        plan = check(spark, recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml"))["filter"]
        assert plan.executor == "Spark"
        assert plan.reason.startswith("step 1, where, has a condition ")
        assert named in plan.reason.lower()
