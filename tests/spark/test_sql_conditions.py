"""Conditions in Spark SQL compute on their row, and on nothing else."""

import time
from collections.abc import Iterator

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.schema import columns
from crawl2clip.spark.sql_conditions import ALLOW_CODE, MOST_LETTERS, condition


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    names = ("uid", "url", "text", "warc_date", "entry_ids", "url_candidates", "clip_score")
    return spark.createDataFrame([], columns(*names))


@pytest.fixture
def any_code(spark: SparkSession) -> Iterator[None]:
    spark.conf.set(ALLOW_CODE, "true")
    yield
    spark.conf.unset(ALLOW_CODE)


@pytest.mark.parametrize(
    "text",
    [
        "java_method('java.lang.System', 'exit', 1) is null",
        "REFLECT('java.lang.System', 'exit', 1) is null",
        "`try_reflect`('java.lang.System', 'exit', 1) is null",
        "java_method /* a comment */ ('java.lang.System', 'exit', 1) is null",
        "java_method -- a comment\n('java.lang.System', 'exit', 1) is null",
        "system.builtin.java_method('java.lang.System', 'exit', 1) is null",
        "builtin.reflect('java.lang.System', 'exit', 1) is null",
        "exists(entry_ids, x -> reflect('java.lang.System', 'exit', x) is null)",
        "case when text = 'a' then reflect('java.lang.System', 'exit', 1) is null end",
        "text like all ('a', reflect('java.lang.System', 'exit', 1))",
        "substring(text from 1 for length(reflect('java.lang.System', 'exit', 1))) = ''",
        "count(*) filter (where reflect('java.lang.System', 'exit', 1) is null) > 0",
        "row_number() over (order by reflect('java.lang.System', 'exit', 1)) = 1",
        "text is null or not (uid || java_method('java.lang.System', 'exit', 1)) = ''",
    ],
)
def test_a_condition_calls_no_java(pairs: DataFrame, text: str) -> None:
    with pytest.raises(ValueError, match="--allow-code allows it"):
        condition(pairs, text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(select count(*) from text.`/etc/hostname`) > 0", "a subquery"),
        ("exists (select 1)", "a subquery"),
        ("uid in (select value from text.`/etc/hostname`)", "a subquery"),
        ("(from text.`/etc/hostname` |> aggregate count(*)) > 0", "a subquery"),
        ("identifier('java_' || 'method')('java.lang.System', 'exit', 1) is null", "identifier"),
        ("input_file_name() like '%a'", "input_file_name"),
        ("from_avro(cast(text as binary), '{}', map('avroSchemaUrl', 'x')) is null", "from_avro"),
        ("from_protobuf(cast(text as binary), 'a', '/etc/hostname') is null", "from_protobuf"),
        ("from_xml(text, 'a int', map('rowValidationXSDPath', '/x')) is null", "from_xml"),
        ("current_user() = 'root'", "current_user"),
        ("current_user = 'root'", "current_user"),
        ("session_user = 'root'", "of the session"),
        ("current_database() = 'a'", "current_database"),
        ("version() = '4'", "version"),
        ("raise_error('a') is null", "raise_error"),
        ("no_such_function(text)", "no_such_function"),
        ("somebodys.catalog.lower(text) = 'a'", "somebodys.catalog.lower is no function of Spark"),
        ("count(*) > 3", "count"),
    ],
)
def test_a_condition_asks_nobody_but_its_row(pairs: DataFrame, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as refused:
        condition(pairs, text)

    assert "--allow-code" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_function_of_the_session_is_none_of_sparks_own(
    spark: SparkSession, pairs: DataFrame
) -> None:
    spark.udf.register("shorten", lambda text: text[:3])

    with pytest.raises(ValueError, match="shorten is not one of Spark's functions"):
        condition(pairs, "shorten(text) = 'abc'")


def test_hidden_columns_of_files_are_no_columns(spark: SparkSession, tmp_path: object) -> None:
    spark.createDataFrame([("a",)], "text STRING").write.parquet(f"{tmp_path}/pairs")
    pairs = spark.read.parquet(f"{tmp_path}/pairs")

    with pytest.raises(ValueError, match="_metadata is no column of the pairs"):
        condition(pairs, "_metadata.file_path like '%a'")


@pytest.mark.parametrize(
    "text",
    [
        "rand() < 0.5",
        "rand(3) < 0.5",  # of a partition's number and a row's place in it
        "uuid() > uid",
        "shuffle(entry_ids)[0] = 3",
        "monotonically_increasing_id() % 2 = 0",
        "spark_partition_id() = 0",
        "warc_date < now()",
        "warc_date < current_date",
        "unix_timestamp() > 3",
        "warc_date < date 'today'",
        "text = '👍' and warc_date < timestamp /* a */ 'yesterday'",
        "warc_date < 'now'",
        "warc_date < cast(' NOW ' as timestamp)",
        "warc_date between '2020-01-01' and 'tomorrow'",
        "to_date('to' || 'day') > '2020-01-01'",
        "date_add('today', 1) > '2020-01-01'",
    ],
)
def test_a_condition_says_the_same_at_each_try(pairs: DataFrame, text: str) -> None:
    with pytest.raises(ValueError, match="gives something else at each try"):
        condition(pairs, text)


@pytest.mark.parametrize(
    "text",
    [
        "clip_score >= 0.28",
        "TEXT is not null and not text = ''",
        "length(text) between 3 and 100 or text rlike '(?i)dog'",
        "text ilike '%dog%' and url_candidates[0].width > 3",
        "lower(text) not in ('now', 'today')",
        "text = '👍' and warc_date > date '2024-01-01' and warc_date < '2025-01-01'",
        "extract(year from warc_date) = 2024 and date_add(warc_date, 1) > '2024-02-29'",
        "exists(entry_ids, x -> x > 3) and size(filter(entry_ids, x -> x % 2 = 0)) = 0",
        "xxhash64(uid, 3) % 100 < 15 and parse_url(url, 'HOST') like '%.org'",
        "trim(both '.' from text) || 'a' = text::string",
        "`lower`(text) = 'java_method(1)' /* reflect(1) */",
        "builtin.upper(text) = 'A' and text collate unicode_ci = 'a'",
        "case when clip_score > 0 then try_cast(text as int) = 3 else false end",
        "false",
    ],
)
def test_what_a_row_says_can_be_asked(pairs: DataFrame, text: str) -> None:
    assert pairs.where(condition(pairs, text)).columns == pairs.columns


def test_a_condition_that_is_none_is_sparks_to_refuse(pairs: DataFrame) -> None:
    for wrong in ("text >", "no_such_column = 3", "length(text", "jаva_method(1)"):
        with pytest.raises(AnalysisException):
            condition(pairs, wrong)


@pytest.mark.parametrize(
    "text", ["(" * 5_000 + "1" + ")" * 5_000, "not " * 5_000 + "true", "a" * (MOST_LETTERS + 1)]
)
def test_a_condition_is_bounded(pairs: DataFrame, text: str) -> None:
    started = time.process_time()

    with pytest.raises((ValueError, AnalysisException)):
        condition(pairs, text)

    assert time.process_time() - started < 5


def test_who_allows_code_gets_it(pairs: DataFrame, any_code: None) -> None:
    called = pairs.where(condition(pairs, "java_method('java.lang.Math', 'abs', 3) = '3'"))
    assert called.columns == pairs.columns
    condition(pairs, "rand() < 0.5 and (select 1) = 1 and warc_date < now()")
