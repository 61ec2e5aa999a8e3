"""Look terms up where the dictionary is too large for a worker: joins with shuffles."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.enrich.terms.word_tokenizer import words

NGRAM = "uid STRING, lang STRING, start INT, stop INT, key STRING"
_ARROW = pa.schema(
    [
        *(("uid", pa.string()), ("lang", pa.string()), ("start", pa.int32())),
        *(("stop", pa.int32()), ("key", pa.string())),
    ]
)


def rare_definitions(
    pairs: DataFrame, text: Column, lang: Column, terms: DataFrame, most: int, words: int, to: str
) -> DataFrame:
    """Add the definitions of their rarest terms to the pairs, as `broadcast_lookup.defined` does.

    words: how many a term has at most. Pairs of one uid have one text, and so one result.
    Cost: every n-gram of every caption is shuffled once, and what matches four times more; the
    n-grams that are frequent are split among tasks by Spark's handling of skew.
    """
    texts = pairs.select("uid", lang.alias("lang"), text.alias("text")).where("text is not null")
    ids = _ids(texts, terms, words)
    mentions = ids.select("uid", F.explode("ids").alias("id"))
    counts = mentions.groupBy("id").agg(F.count("*").alias("texts"))
    rarity = F.sort_array(F.collect_list(F.struct("texts", "id")))
    rare = mentions.join(counts, "id", how="inner").groupBy("uid").agg(rarity.alias("terms"))
    places = rare.select("uid", F.posexplode(F.slice("terms", 1, most)).alias("place", "term"))
    told = F.struct("term", "senses", "source").alias("told")
    asked = places.select("uid", "place", F.col("term.id").alias("id"))
    definitions = asked.join(terms.select("id", told), "id", how="inner")
    ordered = F.sort_array(F.collect_list(F.struct("place", "told"))).getField("told")
    answers = definitions.groupBy("uid").agg(ordered.alias(to))
    return pairs.join(answers, "uid", how="left")


def _ids(texts: DataFrame, terms: DataFrame, most_words: int) -> DataFrame:
    """Return (uid, ids): from left to right the longest term at each place, none overlapping."""

    def ngrams(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [
                {"uid": row["uid"], "lang": row["lang"], "start": i, "stop": j, "key": key}
                for row in batch.to_pylist()
                for i, j, key in spans(words(row["text"]), most_words)
            ]
            yield pa.RecordBatch.from_pylist(rows, _ARROW)

    # (lang, key) is once among the terms.
    known = terms.select("lang", "key", "id")
    hits = texts.mapInArrow(ngrams, NGRAM).join(known, ["lang", "key"], how="inner")
    longest_first = F.struct("start", (-F.col("stop")).alias("before"), "id")
    by_text = hits.groupBy("uid").agg(F.sort_array(F.collect_list(longest_first)).alias("hits"))
    nothing = F.struct(F.lit(0).alias("reached"), F.array().cast("array<int>").alias("ids"))
    taken = F.aggregate("hits", nothing, _taken)
    return by_text.select("uid", F.array_distinct(taken.getField("ids")).alias("ids"))


def _taken(so_far: Column, hit: Column) -> Column:
    ids = F.concat(so_far.getField("ids"), F.array(hit.getField("id")))
    reached = (-hit.getField("before")).alias("reached")
    free = hit.getField("start") >= so_far.getField("reached")
    return F.when(free, F.struct(reached, ids.alias("ids"))).otherwise(so_far)


def spans(line: list[str], most_words: int) -> Iterator[tuple[int, int, str]]:
    """Yield start, stop and key of every run of at most so many words."""
    for start in range(len(line)):
        for stop in range(start + 1, min(len(line), start + most_words) + 1):
            yield start, stop, " ".join(line[start:stop])
