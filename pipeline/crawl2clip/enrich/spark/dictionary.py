"""Store a dictionary on disk: a Parquet table of terms, and a receipt beside it.

The receipt `d.json` is written last and belongs to the table in the folder `d`. It records what was
read and what could not be, and holds a hash of the definitions.
"""

import json
from collections.abc import Mapping
from typing import Any

import fsspec
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.enrich.spark.dictionary_builder import followed, labelled, merged, spelt
from crawl2clip.enrich.spark.sources import ENTRY
from crawl2clip.io.bounded_json import read_json
from crawl2clip.io.files import write_atomically
from crawl2clip.spark.materialized import materialized

SCHEMA = "id INT, lang STRING, key STRING, term STRING, senses ARRAY<STRING>, source STRING"


def table_of(path: str) -> str:
    """Return the folder of a receipt's table. Raises ValueError if `path` names no receipt."""
    if not path.endswith(".json"):
        raise ValueError(f"a dictionary is named by its receipt, {path.rstrip('/')}.json, say")
    return path.removesuffix(".json")


def receipt(path: str) -> dict[str, Any]:
    """Return the content of the receipt. Raises ValueError, naming the command that makes one."""
    table_of(path)
    try:
        about = read_json(path)
    except FileNotFoundError:
        raise ValueError(
            f"there is no dictionary {path}; crawl2clip dictionary --wordnet --to {path} makes one"
        ) from None
    except ValueError:
        about = None
    if not isinstance(about, dict) or not {"terms", "most_words", "content"} <= about.keys():
        raise ValueError(f"{path} is no receipt of a dictionary; crawl2clip dictionary makes one")
    return about


def read(spark: SparkSession, path: str) -> DataFrame:
    """Return the terms of the dictionary that the receipt names."""
    return spark.read.schema(SCHEMA).parquet(table_of(path))


def build(
    spark: SparkSession, sources: Mapping[str, DataFrame], path: str, most_words: int
) -> dict[str, Any]:
    """Build the dictionary from entries (see `sources`) and return its receipt. Starts Spark jobs.

    sources: by name; a term is taken from the first that has it. The entries lie beside the table
    until it stands, so that gigabytes are read and parsed but once.
    """
    folder = table_of(path)
    files, place = fsspec.url_to_fs(path)
    if files.exists(place):  # from here on the old one is none
        files.rm(place)
    entries = f"{folder}.entries"
    labelled(sources).write.mode("overwrite").parquet(entries)
    read_back = spark.read.schema(f"{ENTRY}, source STRING, rank INT").parquet(entries)
    terms = materialized(followed(materialized(spelt(read_back, most_words))))  # each is read often
    merged(terms).write.mode("overwrite").option("compression", "zstd").parquet(folder)
    about = {
        **_summary(read(spark, path)),
        "most_words": most_words,
        "sources": _counts(read_back, terms),
    }
    files.rm(fsspec.url_to_fs(entries)[1], recursive=True)
    write_atomically(path, json.dumps(about, indent=1, ensure_ascii=False))
    return about


def _summary(terms: DataFrame) -> dict[str, Any]:
    """Summarise the terms, equally for equal dictionaries, however they lie in files.

    There are at most some thousand languages.
    """
    content = F.bit_xor(F.xxhash64("id", "lang", "term", "senses", "source"))
    total = terms.agg(content).collect()[0][0] or 0
    by_lang = {row["lang"]: row["count"] for row in terms.groupBy("lang").count().collect()}
    return {
        "terms": sum(by_lang.values()),
        "terms_by_language": dict(sorted(by_lang.items())),
        "content": f"{total % 2**64:016x}",
    }


def _counts(entries: DataFrame, terms: DataFrame) -> dict[str, dict[str, int]]:
    """Count, by source, entries of each kind, glosses that were cut, and dead links."""
    kinds = entries.groupBy("source", "kind").agg(F.count("*").alias("n"))
    cut = entries.groupBy("source").agg(F.sum("cut").alias("n"))
    cut = cut.select("source", F.lit("gloss cut").alias("kind"), "n")
    trouble = terms.where("trouble is not null").groupBy("source", "trouble").count()
    trouble = trouble.toDF("source", "kind", "n")
    counts: dict[str, dict[str, int]] = {}
    for row in kinds.union(cut).union(trouble).orderBy("source", "kind").collect():
        counts.setdefault(row["source"], {})[row["kind"]] = row["n"]
    return counts
