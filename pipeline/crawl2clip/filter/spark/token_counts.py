"""Count unigrams and bigrams into a Parquet table, with a record beside it.

The record `v.json` is written last and belongs to the table in the folder `v`. It states how texts
were split, so that no filter splits them differently, and holds a hash of the counts.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import reduce
from typing import Any

import fsspec
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.batch_coalescing import coalesced
from crawl2clip.filter.frequency.tokenizer import TokenizedTexts
from crawl2clip.filter.spark.token_columns import Tokens
from crawl2clip.io.bounded_json import read_json
from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import public
from crawl2clip.shared.run_context import RunContext
from crawl2clip.stage import is_problem

_AT_ONCE = 2**24  # bytes of text: their tokens take some 150 MB


def counted(pairs: DataFrame, tokens: Tokens) -> DataFrame:
    """Return (token, count) of each unigram and bigram of `text`, counting every occurrence.

    Cost: texts of _AT_ONCE bytes are split and counted together, so that a frequent token is one
    row for all of them; then one shuffle of (token, count), a row for each token and task.
    """

    def counts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for texts in coalesced(batches, _AT_ONCE):
            yield from TokenizedTexts.of(texts["text"].combine_chunks(), tokens.split).counts()

    texts = pairs.where(~is_problem(pairs)).select(tokens.cased(F.col("text")).alias("text"))
    few = texts.mapInArrow(counts, "token STRING, count LONG")
    return few.groupBy("token").agg(F.sum("count").alias("count"))


def added(tables: list[DataFrame]) -> DataFrame:
    """Return the sum of the counts of several tables."""
    together = reduce(DataFrame.unionByName, tables)
    return together.groupBy("token").agg(F.sum("count").alias("count"))


def table_of(path: str) -> str:
    """Return the folder of a record's table. Raises ValueError if `path` names no record."""
    if not path.endswith(".json"):
        raise ValueError(f"a vocabulary is named by its record, {path.rstrip('/')}.json, say")
    return path.removesuffix(".json")


def read_record(path: str) -> dict[str, Any] | None:
    """Return the content of a record, or None. Raises ValueError if it is something else."""
    try:
        about = read_json(path)
    except FileNotFoundError:
        return None
    except ValueError:
        about = None
    if not isinstance(about, dict) or not {"split", "case", "tokens", "of"} <= about.keys():
        raise ValueError(f"{path} is not a record of a vocabulary; crawl2clip vocabulary makes one")
    return about


def tokens_of(path: str) -> Tokens:
    """Return how the texts of a vocabulary were split. Raises ValueError if it does not exist."""
    about = read_record(path)
    if about is None:
        raise ValueError(f"there is no vocabulary {path}; crawl2clip vocabulary makes one")
    return Tokens(about["split"], about["case"])


def read(spark: SparkSession, path: str) -> DataFrame:
    """Return the table (token, count) of the vocabulary that the record names."""
    return spark.read.schema("token STRING, count LONG").parquet(table_of(path))


def write(counts: DataFrame, path: str, tokens: Tokens, of: Mapping[str, Any]) -> dict[str, Any]:
    """Write the table, then the record, and return its content. Starts Spark jobs.

    of: what was counted, stored in the record under `of`.
    """
    files, place = fsspec.url_to_fs(path)
    if files.exists(place):  # from here on the old one is none
        files.rm(place)
    counts.write.mode("overwrite").option("compression", "zstd").parquet(table_of(path))
    about = {**asdict(tokens), **_summary(read(counts.sparkSession, path)), "of": public(dict(of))}
    write_atomically(path, json.dumps(about, indent=1, ensure_ascii=False))
    return about


def _summary(counts: DataFrame) -> dict[str, Any]:
    """Return counts and a hash that are equal for equal tables, whatever their file layout."""
    content = F.bit_xor(F.xxhash64("token", "count"))
    row = counts.agg(F.count("*"), F.coalesce(F.sum("count"), F.lit(0)), content).collect()[0]
    return {"tokens": row[0], "occurrences": row[1], "content": f"{(row[2] or 0) % 2**64:016x}"}


def of_run(spark: SparkSession, run: RunContext, job: str, tokens: Tokens) -> DataFrame | None:
    """Return token and count of a job's table in the run; None if the job has left no table.

    Counts the tokens if that has not been done since the job ran, and keeps the counts in the
    run's folder.
    """
    try:
        with fsspec.open(run.path(f"{job}.json"), "rb") as file:
            of = {"job": job, "report": hashlib.file_digest(file, "sha256").hexdigest()}
    except FileNotFoundError:
        return None
    path = run.path(f"vocabulary-{job}-{tokens.split}-{tokens.case}.json")
    done = read_record(path)
    if done is None or done["of"] != of:
        counts = counted(spark.read.parquet(run.path(job)), tokens)
        if not run.writes:
            return counts
        write(counts, path, tokens, of)
    return read(spark, path)
