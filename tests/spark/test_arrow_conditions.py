"""Conditions that workers compute give what Spark gives, for whatever is in the rows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.engine.worker_executor import arrow_schema
from crawl2clip.spark.arrow_conditions import translated
from crawl2clip.spark.arrow_step import NeedsSpark

SCHEMA = (
    "i INT, j INT, l BIGINT, k BIGINT, y TINYINT, f FLOAT, d DOUBLE, e DOUBLE, b BOOLEAN, "
    "c BOOLEAN, t STRING, u STRING, x BINARY, a ARRAY<INT>, at TIMESTAMP"
)
INTS = [None, 0, 1, -1, 3, 200, 2**31 - 1, -(2**31)]
LONGS = [None, 0, 1, -1, 7, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)]
FLOATS = [None, 0.0, -0.0, 0.28, 0.5, 1.0, -1.5, 3.0, math.nan, math.inf, -math.inf]
TEXTS = [
    *(None, "", "a", "A", "ab", "a_b%", "é", "e\u0301", "😀", "a\n", "a\\b", "en", "\uffff", "\0"),
]
BYTES = [0, 1, -1, 127, -128, None]
TRUTHS = [None, True, False]
TIMES = [None, datetime(2020, 1, 1, tzinfo=UTC), datetime(1960, 5, 1, 3, tzinfo=UTC)]


def rows() -> Iterator[tuple[object, ...]]:
    """Values in all columns, each step another mixture."""
    for n in range(440):
        m = n * 7 + n // 11
        yield (
            *(INTS[n % 8], INTS[m % 8], LONGS[n % 9], LONGS[m % 9], BYTES[m % 6]),
            *(FLOATS[n % 11], FLOATS[m % 11], FLOATS[(n + m) % 11], TRUTHS[n % 3], TRUTHS[m % 3]),
            *(TEXTS[n % 14], TEXTS[m % 14], None if n % 5 == 0 else str(m % 4).encode()),
            *(None if n % 4 == 0 else [1] * (n % 3), TIMES[m % 3]),
        )


@pytest.fixture(scope="module")
def table(spark: SparkSession) -> Iterator[DataFrame]:
    spark.sparkContext.setLogLevel("OFF")  # rows that are errors are a part of the tests
    yield spark.createDataFrame(list(rows()), SCHEMA).coalesce(1).cache()
    spark.sparkContext.setLogLevel("ERROR")


@pytest.fixture(scope="module")
def batch(table: DataFrame) -> pa.RecordBatch:
    found = table.toArrow().cast(arrow_schema(table.schema)).combine_chunks()
    assert found.num_rows == 440
    return found.to_batches()[0]


NUMBERS = {
    "INT": st.sampled_from(["i", "j", "0", "3", "-1", "2147483647", "size(a)", "length(t)"]),
    "BIGINT": st.sampled_from(["l", "k", "7L", "cast(i as bigint)", "9223372036854775807L"]),
    "TINYINT": st.sampled_from(["y", "1Y"]),
    "FLOAT": st.sampled_from(["f", "cast(d as float)", "cast(0.28 as float)", "cast(l as float)"]),
    "DOUBLE": st.sampled_from(
        ["d", "e", "0.5D", "0.28D", "cast('NaN' as double)", "cast(k as double)", "-0.0D"]
    ),
    "DECIMAL": st.sampled_from(["3.0", "0.28", "cast(i as decimal(10,0))", "2.50"]),
}


def numbers() -> st.SearchStrategy[str]:
    """Numbers of any types, also of several in one expression: Spark puts in the casts."""
    return st.recursive(
        st.one_of(*NUMBERS.values()),
        lambda inner: st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/%"), inner),
            st.builds("{}({})".format, st.sampled_from(["abs", "-"]), inner),
            st.builds(
                "{}({}, {})".format,
                st.sampled_from(["least", "greatest", "coalesce", "nvl", "nullif"]),
                inner,
                inner,
            ),
            st.builds("if({}, {}, {})".format, st.sampled_from(["b", "i > 0"]), inner, inner),
            st.builds("case when b then {} when c then {} end".format, inner, inner),
        ),
        max_leaves=4,
    )


def texts() -> st.SearchStrategy[str]:
    literals = st.sampled_from(["'a'", "''", "'é'", "'😀'", "cast(null as string)"])
    plain = st.one_of(st.sampled_from(["t", "u"]), literals)
    return st.one_of(
        plain,
        st.builds("coalesce({}, {})".format, plain, plain),
        st.builds("greatest({}, {})".format, plain, plain),
        st.builds("if(b, {}, {})".format, plain, plain),
    )


PATTERNS = st.text(alphabet="aA%_é😀\n.", max_size=4).map(lambda text: f"'{text}'")
COMPARE = st.sampled_from(["=", "<=>", "<", "<=", ">", ">=", "!="])


def comparisons() -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, numbers(), COMPARE, numbers()),
        st.builds("{} {} {}".format, texts(), COMPARE, texts()),
        st.builds("{} between {} and {}".format, numbers(), numbers(), numbers()),
        st.builds("{} in (3, 0{})".format, st.sampled_from("ijl"), st.sampled_from(["", ", null"])),
        st.builds("{} in (0, 0.5D, cast('NaN' as double))".format, st.sampled_from("def")),
        st.builds("{} not in ('a', 'é', '')".format, texts()),
        st.builds("{} like {}".format, texts(), PATTERNS),
        st.builds("{}({}, {})".format,
                  st.sampled_from(["contains", "startswith", "endswith"]), texts(), PATTERNS),
        st.builds("{} is null".format, st.sampled_from("ijlfdbtxa")),
        st.builds("{} is not null".format, st.sampled_from("ijlfdbtxa")),
        st.builds("isnan({})".format, st.sampled_from("fde")),
        st.sampled_from(["b", "c", "true", "false", "cast(null as boolean)", "b < c", "b >= c",
                         "b = c", "cast(i as boolean)", "cast(d as boolean)"]),
        st.sampled_from(["at > '1970-01-01'", "at = timestamp'2020-01-01'", "at <=> null"]),
        st.sampled_from(["x = cast('1' as binary)", "x < cast('2' as binary)", "length(x) > 0"]),
    )  # fmt: skip


def conditions() -> st.SearchStrategy[str]:
    return st.recursive(
        comparisons(),
        lambda inner: st.one_of(
            st.builds("({} and {})".format, inner, inner),
            st.builds("({} or {})".format, inner, inner),
            st.builds("(not {})".format, inner),
            st.builds("if({}, {}, {})".format, inner, inner, inner),
            st.builds("coalesce({}, {})".format, inner, inner),
            st.builds("({} <=> {})".format, inner, inner),
        ),
        max_leaves=4,
    )


Found = list[bool | None] | None  # None if a row is an error


def by_spark(table: DataFrame, *conditions: str) -> list[Found]:
    columns = [F.expr(one).alias(f"c{place}") for place, one in enumerate(conditions)]
    try:
        found = table.select(*columns).collect()
    except PySparkException:
        if len(conditions) == 1:
            return [None]
        middle = len(conditions) // 2
        return by_spark(table, *conditions[:middle]) + by_spark(table, *conditions[middle:])
    return [[row[place] for row in found] for place in range(len(conditions))]


def by_workers(table: DataFrame, batch: pa.RecordBatch, condition: str) -> Found:
    try:
        return list(translated(table, F.expr(condition)).column(batch).to_pylist())
    except ArithmeticError:
        return None


def is_translated(table: DataFrame, condition: str) -> bool:
    """Whether both can compute it: some of what is generated fits no types, or is refused."""
    try:
        translated(table, F.expr(condition))
    except (NeedsSpark, PySparkException):
        return False
    return True


TRANSLATED: list[str] = []


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # an error in Spark costs seconds: nothing is shrunk
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(generated=st.lists(conditions(), min_size=12, max_size=12, unique=True))
def test_any_condition_gives_what_spark_gives(
    table: DataFrame, batch: pa.RecordBatch, generated: list[str]
) -> None:
    some = [condition for condition in generated if is_translated(table, condition)]
    TRANSLATED.extend(some)

    expected = by_spark(table, *some) if some else []

    for condition, values in zip(some, expected, strict=True):
        assert by_workers(table, batch, condition) == values, condition


def test_most_of_these_conditions_were_translated() -> None:
    assert len(set(TRANSLATED)) > 30
