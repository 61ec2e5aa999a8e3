"""The Spark executor: the steps of a job as one Spark plan, which Spark optimises, runs and writes.

Any step can be a part of it. What stops such a job loses all of its work.
"""

from collections.abc import Sequence

from py4j.protocol import Py4JJavaError
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from crawl2clip.engine import parquet_writer
from crawl2clip.engine.written_table import WrittenTable
from crawl2clip.problems import LEFT_OUT, LONGEST_KIND, LOST, MOST_KINDS
from crawl2clip.stage import Stage, is_problem

OPTIONS = {"compression": "zstd"} | {
    f"{setting}#{column}": "false"
    for column in parquet_writer.UNIQUE
    for setting in ("parquet.enable.dictionary", "parquet.column.statistics.enabled")
}


def run_on_spark(pairs: DataFrame, steps: Sequence[Stage], path: str) -> WrittenTable:
    """Write what the steps, one after the other, make of the pairs, in place of what is there."""
    made, counts = observed(pairs, steps)
    write_pairs(made, path)
    problems = problem_counts(made.sparkSession.read.schema(made.schema).parquet(path))
    return WrittenTable(made.schema, [counted(count) for count in counts], problems)


def write_pairs(pairs: DataFrame, path: str) -> None:
    """Write the table in place of what is there.

    Dictionaries and statistics of columns whose values are all different are left out: for the
    table of `extract` they take the JVM a third of its time, and save no byte.
    """
    pairs.write.mode("overwrite").options(**OPTIONS).parquet(path)


def observed(pairs: DataFrame, steps: Sequence[Stage]) -> tuple[DataFrame, list[Observation]]:
    """Return the pairs after all steps, and Observations of how many there were before and after.

    Counting rides on the write: no second pass. Rows with a problem are not counted.
    """
    counts = []
    for step in (None, *steps):
        pairs = step(pairs) if step else pairs
        count = Observation()
        pairs = pairs.observe(count, _number_of_pairs(pairs).alias("pairs"))
        counts.append(count)
    return pairs, counts


def counted(count: Observation) -> int:
    """Return what was observed; 0 where Spark knew beforehand that no row comes: `where: false`.

    Spark does not run that part of the plan then, and has no metrics to give.
    """
    try:
        return int(count.get["pairs"])
    except Py4JJavaError as error:
        if "PythonSQLUtils$.toPyRow" not in str(error):
            raise
        return 0


def _number_of_pairs(pairs: DataFrame) -> Column:
    if "shard_pairs" in pairs.columns:  # a row is a tar
        return F.coalesce(F.sum("shard_pairs"), F.lit(0))
    return F.count_if(~is_problem(pairs))


def problem_counts(table: DataFrame) -> dict[str, int]:
    """Count rows by kind of problem, images if the kind starts with `LEFT_OUT`.

    Lost files come first, then the most frequent kinds. One pass over one column.
    """
    if "problem" not in table.columns:
        return {}
    kind = F.left(F.substring_index("problem", ":", 1), F.lit(LONGEST_KIND)).alias("kind")
    images = F.regexp_extract("problem", f"^{LEFT_OUT}[^:]*: ([0-9]+) ", 1)
    stands_for = F.coalesce(images.try_cast("bigint"), F.lit(1))
    bad = table.where("problem is not null").groupBy(kind)
    kinds = bad.agg(F.sum(stands_for).alias("count"))
    # Lost files first, and then cut: the exit code hangs on them.
    order = (F.col("kind").isin(*LOST).desc(), F.desc("count"), "kind")
    top = kinds.orderBy(*order).limit(MOST_KINDS).collect()
    return {row["kind"]: row["count"] for row in top}
