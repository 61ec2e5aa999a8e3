"""Read sources of definitions, each as one table of entries with the columns of ENTRY."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.enrich.sources import wiktextract, wordnet_nouns
from crawl2clip.enrich.sources.wiktextract import NO_GLOSS, USED, Entry
from crawl2clip.enrich.terms.word_tokenizer import key

ENTRY = (
    "kind STRING, lang STRING, term STRING, key STRING, senses ARRAY<STRING>, target STRING, "
    "cut INT, place STRUCT<file: STRING, block: BIGINT, line: BIGINT>"
)
_ARROW = pa.schema(
    [
        *((name, pa.string()) for name in ("kind", "lang", "term", "key")),
        ("senses", pa.list_(pa.string())),
        ("target", pa.string()),
        ("cut", pa.int32()),
    ]
)
_PLACE = ("file", "block", "line")
_NO_PLACE = "struct('' AS file, 0L AS block, 0L AS line) AS place"


def wiktionary(
    spark: SparkSession, files: list[str], pos: tuple[str, ...], most_chars: int
) -> DataFrame:
    """Return a row for each line of wiktextract's JSONL; plain files are read in parallel, .gz not.

    place: where the line stands, by which lines can be ordered.
    """

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            lines = batch["value"].to_pylist()
            found = _batch([wiktextract.entry(line, pos, most_chars) for line in lines])
            places = [batch[name] for name in _PLACE]
            place = pa.StructArray.from_arrays(places, _PLACE)
            yield pa.RecordBatch.from_arrays([*found.columns, place], [*_ARROW.names, "place"])

    path, start = F.col("_metadata.file_path"), F.col("_metadata.file_block_start")
    # Within a block of a file the ids rise, and in no other way are they relied on.
    line = F.monotonically_increasing_id()
    lines = spark.read.text(files).select(
        "value", path.alias("file"), start.alias("block"), line.alias("line")
    )
    return lines.where("value != ''").mapInArrow(parsed, ENTRY)


def wordnet(spark: SparkSession, folder: str, most_chars: int) -> DataFrame:
    """Return the nouns of WordNet, which the driver reads: 200,000 rows."""
    entries = list(wordnet_nouns.entries(Path(folder), most_chars))
    return spark.createDataFrame(pa.Table.from_batches([_batch(entries)])).selectExpr(
        "*", _NO_PLACE
    )


def own(spark: SparkSession, path: str, lang: str, most_chars: int) -> DataFrame:
    """Read a table of term and gloss, Parquet or CSV with a header; its lang overrides `lang`.

    Of several glosses for a term the alphabet decides which is the first sense. Raises ValueError
    if there is no such table.
    """
    table = _table(spark, path)
    if missing := {"term", "gloss"} - set(table.columns):
        raise ValueError(f"{path} has no column {' and '.join(sorted(missing))}")
    known = F.coalesce("lang", F.lit(lang)) if "lang" in table.columns else F.lit(lang)
    texts = [F.col(name).cast("string").alias(name) for name in ("term", "gloss")]

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _batch([_own_entry(**row, most_chars=most_chars) for row in batch.to_pylist()])

    rows = table.select(known.alias("lang"), *texts)
    return rows.mapInArrow(parsed, ENTRY.partition(", place")[0]).selectExpr("*", _NO_PLACE)


def _table(spark: SparkSession, path: str) -> DataFrame:
    try:
        if path.endswith(".csv"):
            return spark.read.csv(path, header=True, multiLine=True, escape='"')
        return spark.read.parquet(path)
    except AnalysisException as error:
        raise ValueError(f"{path}: {str(error).splitlines()[0]}") from None


def _own_entry(lang: str, term: str | None, gloss: str | None, most_chars: int) -> Entry:
    if not term or not gloss or not gloss.strip():
        return Entry(NO_GLOSS, lang, term or "")
    sense = wiktextract.shortened(gloss, most_chars)
    return Entry(USED, lang, term, (sense,), None, int(len(gloss) > most_chars))


def _batch(entries: list[Entry]) -> pa.RecordBatch:
    rows = [
        asdict(entry) | {"key": key(entry.term), "target": key(entry.target or "") or None}
        for entry in entries
    ]
    return pa.RecordBatch.from_pylist(rows, _ARROW)
