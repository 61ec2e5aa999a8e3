"""Count entries in Spark, and turn the counts into columns and bounded tables."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.balance.probabilities.entry_counts import ONE_LIST, EntryCounts
from crawl2clip.balance.probabilities.keep_probabilities import (
    Counts,
    Floats,
    Ids,
    keep_from,
    keep_probs,
)
from crawl2clip.balance.probabilities.size_curve import SizeCurve, bucket
from crawl2clip.schema import COLUMNS
from crawl2clip.stage import is_problem

AT_ONCE = 2_000_000  # ids counted together, as each count adds an array over the whole list

Ragged = tuple[Ids, Counts]


def entry_counts(pairs: DataFrame) -> Counts:
    """Return the pairs per entry, (largest id that occurs + 1,).

    Lists of several languages in a row.
    """
    return count_entries(pairs).flat


def count_entries(pairs: DataFrame) -> EntryCounts:
    """Count the pairs per entry of each list. Starts a Spark job, which reads two columns at most.

    One shuffle of (entry, count) for the entries that each task has met; the driver then holds one
    count per entry. The list that pairs were matched with is named in the column's metadata.
    """
    listed = pairs.schema["entry_ids"].metadata.get("entries", "")
    good = pairs.where(~is_problem(pairs))
    if "entry_lang" in pairs.columns:
        ids = good.select("entry_lang", F.explode("entry_ids").alias("entry_id"))
        found = ids.groupBy("entry_lang", "entry_id").agg(F.count("entry_id").alias("pairs"))
    else:
        counted = good.select("entry_ids").mapInArrow(_counted, "entry_id INT, pairs BIGINT")
        found = counted.groupBy("entry_id").agg(F.sum("pairs").alias("pairs"))
        found = found.select(F.lit(ONE_LIST).alias("entry_lang"), "*")
    table = found.toArrow()
    ids, pairs_of = (table[k].to_numpy().astype(np.int64) for k in ("entry_id", "pairs"))
    if "entry_lang" in pairs.columns:
        return EntryCounts.of(table["entry_lang"].to_pylist(), ids, pairs_of, listed)
    return EntryCounts.of([ONE_LIST] * len(ids), ids, pairs_of, listed)


def keep_prob(pairs: DataFrame, counts: EntryCounts, probs: Floats) -> Column:
    """Return the column `keep_prob`.

    Probs: a probability for each entry in order of `counts.flat`.
    """
    shared = pairs.sparkSession.sparkContext.broadcast(probs)

    @F.arrow_udf(COLUMNS["keep_prob"][0])  # type: ignore[attr-defined, untyped-decorator]
    def chance(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for ids in batches:
            yield pa.array(keep_probs(*ragged(ids), shared.value))

    probability: Column = chance(flat_ids(pairs, counts))
    return probability


def bucket_of(pairs: DataFrame, counts: EntryCounts, draw: Column) -> Column:
    """Return the `bucket` of the t from which each pair is kept; each pair must have entries."""
    shared = pairs.sparkSession.sparkContext.broadcast(counts.flat)

    @F.arrow_udf("int")  # type: ignore[attr-defined, untyped-decorator]
    def buckets(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        for ids, draws in batches:
            yield pa.array(bucket(keep_from(*ragged(ids), shared.value, draws.to_numpy())))

    found: Column = buckets(flat_ids(pairs, counts), draw)
    return found


def sizes(pairs: DataFrame, counts: EntryCounts, draw: Column) -> dict[str, SizeCurve]:
    """Return how many pairs of each list every t keeps.

    One pass, with a shuffle of a histogram per task.
    """
    matched = pairs.where(~is_problem(pairs) & (F.size("entry_ids") > 0))
    lang = "entry_lang" if "entry_lang" in pairs.columns else F.lit(ONE_LIST).alias("entry_lang")
    found = matched.select(lang, bucket_of(matched, counts, draw).alias("bucket"))
    table = found.groupBy("entry_lang", "bucket").agg(F.count("bucket").alias("pairs")).toArrow()
    langs = np.asarray(table["entry_lang"].to_pylist(), object)
    buckets, number = (table[k].to_numpy() for k in ("bucket", "pairs"))
    return {k: SizeCurve.of(buckets[langs == k], number[langs == k]) for k in counts.by_lang}


def flat_ids(pairs: DataFrame, counts: EntryCounts) -> Column:
    """Return entry_ids as indices into `counts.flat`; empty where a list is not counted there."""
    if "entry_lang" not in pairs.columns:
        return F.col("entry_ids")
    begins = [F.lit(value) for item in counts.offsets.items() for value in item]
    begin = F.try_element_at(F.create_map(*begins), F.col("entry_lang"))
    moved = F.transform("entry_ids", lambda entry_id: entry_id + begin)
    known = F.filter(moved, lambda entry_id: entry_id.isNotNull())
    return known if begins else F.array().cast("array<int>")


def ragged(ids: pa.ListArray) -> Ragged:
    """Return all ids in a row, and where each row's begin, (rows + 1,); null counts as none."""
    lists = pa.compute.fill_null(ids, pa.scalar([], ids.type)) if ids.null_count else ids
    starts = lists.offsets.to_numpy().astype(np.int64)
    return lists.values.slice(starts[0], starts[-1] - starts[0]).to_numpy(), starts - starts[0]


def _counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Count the entries of this task's rows, for mapInArrow."""
    total = np.zeros(0, np.int64)
    for ids in _coalesced(ragged(batch.column(0))[0] for batch in batches):
        counts = np.bincount(ids, minlength=len(total))
        counts[: len(total)] += total
        total = counts
    there = np.flatnonzero(total)
    yield pa.RecordBatch.from_arrays(
        [pa.array(there.astype(np.int32)), pa.array(total[there])], ["entry_id", "pairs"]
    )


def _coalesced(parts: Iterator[Ids]) -> Iterator[Ids]:
    waiting: list[Ids] = []
    for part in parts:
        waiting.append(part)
        if sum(map(len, waiting)) > AT_ONCE:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)
