"""Read the texts whose words are counted as a table."""

from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.entries.sources.byte_ranges import ranges
from crawl2clip.entries.sources.dump import articles
from crawl2clip.entries.sources.wikitext import plain_text
from crawl2clip.io.redaction import guarded

KINDS = ("bz2", "xml", "size", "wikitext")  # of problems
SCHEMA = "text STRING, problem STRING"

_ARTICLES = 64  # per batch; nearly all have at most 100 kB of text


def wiki_texts(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Return the articles of the dumps without markup: text, problem.

    A task reads a range of bytes.

    Raises ValueError for a path that matches no file.
    """
    parts = ranges(paths)

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for place in batch["id"].to_pylist():
                yield from _batches(*parts[place])

    count = max(1, len(parts))
    return spark.range(0, len(parts), 1, count).mapInArrow(guarded(read), SCHEMA)


def line_texts(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Return the lines of text files, local or remote, compressed or not: text, problem (null)."""
    lines = spark.read.text(list(paths))
    return lines.select(F.col("value").alias("text"), F.lit(None).cast("STRING").alias("problem"))


def _batches(path: str, start: int, end: int) -> Iterator[pa.RecordBatch]:
    found = map(plain_text, articles(path, start, end))
    while some := list(islice(found, _ARTICLES)):
        columns = [[article.text for article in some], [article.problem for article in some]]
        arrays = [pa.array(column, pa.string()) for column in columns]
        yield pa.RecordBatch.from_arrays(arrays, ["text", "problem"])
