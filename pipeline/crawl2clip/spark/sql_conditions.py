"""Conditions that users and recipes write in Spark SQL, restricted to the columns of a row.

Spark SQL is a programming language: it calls static Java methods, reads files and tables and asks
the session who is logged in. A recipe often comes from a stranger, so a condition may use its row,
literals, operators and those of Spark's own functions that compute on them, unless the user says
otherwise (`ALLOW_CODE`). Functions that give something else at each try are refused as well: a
retried task would then keep other pairs than the first try.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from py4j.java_gateway import is_instance_of
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.spark.catalyst import ExpressionTree, Node

# Set to true, conditions may be any Spark SQL; `--allow-code` sets it for one command.
ALLOW_CODE = "spark.crawl2clip.allowCode"

MOST_LETTERS = 100_000  # of a condition, a list of 10,000 hosts; more takes Spark many seconds
MOST_NESTED = 100  # brackets: the parser is recursive, and slower than linear in their depth

# Spark's own groups of functions, those that compute on their arguments and do nothing else. Not
# among them: avro, protobuf and xml (an option names a file of schemas to read), misc (reflection,
# session, files), and functions of many rows, which a condition can't have.
GROUPS = frozenset(
    f"{group}_funcs"
    for group in (
        *("array", "bitwise", "collection", "conditional", "conversion", "csv", "datetime", "hash"),
        *("json", "lambda", "map", "math", "predicate", "sketch", "st", "string", "struct", "url"),
        *("variant", "vector"),
    )
)
# Of the group misc.
HARMLESS = frozenset(
    {"bitmap_bit_position", "bitmap_bucket_number", "bitmap_count", "hmac", "typeof"}
)
# Chance and the clock, whatever the group.
CHANGING = frozenset(
    {
        *("curdate", "current_date", "current_time", "current_timestamp", "current_timezone"),
        *("localtime", "localtimestamp", "monotonically_increasing_id", "now", "rand", "randn"),
        *("random", "randstr", "shuffle", "spark_partition_id", "uniform", "uuid"),
    }
)
_CLOCK = re.compile(r"Current(Batch)?(Date|Time|Timestamp|TimeZone)|Now|LocalTimestamp")
_SESSION = re.compile(r"Current\w+|SparkVersion|VariableReference|InputFile\w+")
_MOVING_DAY = re.compile(r"\s*(now|today|tomorrow|yesterday)\b", re.IGNORECASE)
_DAY_IN_DIGITS = re.compile(r"""\w+[^'"]*['"]\s*[0-9+-].*""", re.DOTALL)
_MOMENTS = ("date", "time")  # how the names of such types begin
_BUILTIN = (("builtin",), ("system", "builtin"))
_SUBQUERY = "org.apache.spark.sql.catalyst.expressions.PlanExpression"
_LET = "--allow-code allows it"


def condition(pairs: DataFrame, text: str) -> Column:
    """Return the condition `text` over the columns of `pairs`.

    Raises ValueError, saying why, if it is too large, or leaves the row and the session does not
    have `ALLOW_CODE`; ParseException or AnalysisException if it is no condition on these columns.
    """
    _refuse_large(text)
    if pairs.sparkSession.conf.get(ALLOW_CODE, "false") != "true":
        _without_overflow(lambda: _refuse_code(pairs, text))
    return F.expr(text)


def _refuse_large(text: str) -> None:
    if len(text) > MOST_LETTERS:
        raise ValueError(f"a condition has at most {MOST_LETTERS:,} letters, not {len(text):,}")
    depth = 0
    for bracket in re.findall(r"[()\[\]]", text):
        depth = depth + 1 if bracket in "([" else max(0, depth - 1)
        if depth > MOST_NESTED:
            raise ValueError(f"a condition nests at most {MOST_NESTED} brackets")


def _without_overflow(refuse: Callable[[], None]) -> None:
    """Raise ValueError where Spark's recursive parser overflows the stack: `not not not ...`."""
    try:
        refuse()
    except Py4JJavaError as error:
        if "java.lang.StackOverflowError" not in str(error.java_exception.toString()):
            raise
        raise ValueError("the condition is nested too deeply") from None


def _refuse_code(pairs: DataFrame, text: str) -> None:
    """Check the text first, so that nothing is looked up; then the expression Spark makes of it."""
    spark = pairs.sparkSession
    parser = spark._jsparkSession.sessionState().sqlParser()
    written = ExpressionTree.of(parser.parseExpression(text))
    for node in {node.kind: node for node in written.nodes}.values():
        if is_instance_of(spark.sparkContext._gateway, written.java(node), _SUBQUERY):
            raise ValueError(f"a subquery reads files and tables, not the row; {_LET}")
    for node in written.nodes:
        _refuse_written(spark, written, node)
    # A select, whose one expression Catalyst resolves without moving it.
    plan = pairs.select(F.expr(text))._jdf.queryExecution().analyzed()
    resolved = ExpressionTree.of(plan.expressions().apply(0))
    columns = {name.lower() for name in pairs.columns}
    for node in resolved.nodes:
        _refuse_resolved(resolved, node, columns)
    for moment in _moving_days(resolved):
        raise ValueError(_changing(repr(moment)))


def _refuse_written(spark: SparkSession, tree: ExpressionTree, node: Node) -> None:
    """Raise ValueError for a part of the parsed condition that leaves the row."""
    if node.kind == "UnresolvedFunction":
        names = tree.java(node).nameParts()
        _refuse_function(spark, [names.apply(i).lower() for i in range(names.size())])
    elif node.kind == "ExpressionWithUnresolvedIdentifier":
        raise ValueError(f"identifier(...) hides what is called or read; {_LET}")
    elif node.kind == "Literal" and node.about["dataType"].startswith(_MOMENTS):
        _refuse_moving_literal(tree.java(node).origin())


def _refuse_function(spark: SparkSession, parts: list[str]) -> None:
    *before, name = parts
    if before and tuple(before) not in _BUILTIN:
        raise ValueError(f"{'.'.join(parts)} is no function of Spark itself; {_LET}")
    if name in CHANGING:
        raise ValueError(_changing(f"{name}()"))
    if name not in HARMLESS and _group(spark, name) not in GROUPS:
        raise ValueError(
            f"{name} is not one of Spark's functions that only compute on the row; {_LET}"
        )


def _group(spark: SparkSession, name: str) -> str | None:
    """Return the group of a built-in function; None for those of a session, a catalog, Hive."""
    assert spark._jvm is not None
    catalyst = spark._jvm.org.apache.spark.sql.catalyst
    known = catalyst.FunctionIdentifier(name)
    found = catalyst.analysis.FunctionRegistry.builtin().lookupFunction(known)
    return str(found.get().getGroup()) if found.isDefined() else None


def _refuse_moving_literal(origin: Any) -> None:
    """Raise ValueError for `date 'today'`, a literal to the parser that differs tomorrow."""
    written = origin.sqlText().get()[origin.startIndex().get() : origin.stopIndex().get() + 1]
    if not _DAY_IN_DIGITS.fullmatch(written):
        raise ValueError(_changing(written))


def _refuse_resolved(tree: ExpressionTree, node: Node, columns: set[str]) -> None:
    """Raise ValueError for a part of the resolved condition that is not of the row.

    `current_user` without brackets looks like a column before, and `_metadata` is a column that no
    table shows.
    """
    if _CLOCK.fullmatch(node.kind):
        raise ValueError(_changing(str(tree.java(node).toString())))
    if _SESSION.fullmatch(node.kind):
        what = tree.java(node).toString()
        raise ValueError(f"{what} is of the session and not of the row; {_LET}")
    if node.kind == "AttributeReference" and node.about["name"].lower() not in columns:
        raise ValueError(f"{node.about['name']} is no column of the pairs; {_LET}")


def _moving_days(tree: ExpressionTree) -> Iterator[str]:
    """Yield texts that become another moment each day: `warc_date > 'now'`."""
    fixed = tree.without_columns()
    for node in tree.nodes:
        texts = [child for child in node.children if child.place in fixed]
        values = [value for child in texts if (value := _moving(tree, child)) is not None]
        if values and tree.java(node).dataType().typeName().startswith(_MOMENTS):
            yield values[0]


def _moving(tree: ExpressionTree, node: Node) -> str | None:
    """Return the value of a node without columns if it is a text such as 'today'; else None."""
    if not node.about.get("dataType", "string").startswith("string"):
        return None
    value = node.about.get("value") if node.kind == "Literal" else _computed(tree.java(node))
    return value if value and _MOVING_DAY.match(value) else None


def _computed(java: Any) -> str | None:
    """Evaluate an expression without columns to a text; None if it is no text, or has no value."""
    if not java.foldable() or not java.dataType().typeName().startswith("string"):
        return None
    try:
        return str(java.eval(None))
    except PySparkException:  # `'a' || cast('b' as int)`: Spark says so itself, at its time
        return None


def _changing(what: str) -> str:
    return (
        f"{what} gives something else at each try, and a retried task other pairs; "
        f"draw by xxhash64(uid), write days in digits; {_LET}"
    )
