"""Select pairs with columns: by a random draw, by a cap, or one text per image."""

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from crawl2clip.balance.probabilities.entry_counts import EntryCounts
from crawl2clip.balance.probabilities.keep_probabilities import Floats, keep_probs
from crawl2clip.balance.spark.entry_counting import Ragged, flat_ids, ragged
from crawl2clip.schema import COLUMNS
from crawl2clip.spark.arrow_step import Batches, InWorkers, problems_of
from crawl2clip.spark.draw import draw, draws
from crawl2clip.stage import is_problem


def weighing(
    pairs: DataFrame, probs: Floats, seed: int | None, offsets: Mapping[str, int] | None = None
) -> InWorkers:
    """Return a step that adds keep_prob and keeps pairs with a draw below it.

    Seed None: those above 0.

    probs: a probability for each entry. offsets: where the entries of each list begin among them,
    by `entry_lang`; None if there is one list. Pairs without entries are dropped, problems are
    kept.
    """
    shared = pairs.sparkSession.sparkContext.broadcast(probs)
    kept = [name for name in pairs.columns if name != "keep_prob"]
    fields = [*pairs.select(*kept).schema, StructField("keep_prob", COLUMNS["keep_prob"][0])]

    def weighed(batches: Batches) -> Batches:
        for batch in batches:
            ids = ragged(batch["entry_ids"]) if offsets is None else _flat(batch, offsets)
            chances = keep_probs(*ids, shared.value)
            bounds = 0.0 if seed is None else draws(batch["uid"], seed)
            stays = pc.or_(pa.array(chances > bounds), pc.is_valid(problems_of(batch)))
            chosen = batch.select(kept).append_column("keep_prob", pa.array(chances))
            yield chosen.filter(stays)

    return InWorkers(weighed, StructType(fields))


def _flat(batch: pa.RecordBatch, offsets: Mapping[str, int]) -> Ragged:
    """Return the entries as positions in one list of all; none where a language has no list."""
    langs = batch["entry_lang"].dictionary_encode()
    begins = [offsets.get(lang) for lang in langs.dictionary.to_pylist()]
    begin = pa.array(begins, pa.int64()).take(langs.indices)
    listed = pc.if_else(begin.is_valid(), batch["entry_ids"], None)
    ids, starts = ragged(listed)
    return ids + np.repeat(pc.fill_null(begin, 0).to_numpy(), np.diff(starts)), starts


def one_text_an_image(pairs: DataFrame, seed: int) -> DataFrame:
    """Keep one of the matched pairs of each URL, each with the same chance; problems are kept.

    MetaCLIP 2 (Chuang et al. 2025). One shuffle of whole rows by URL, of which each task sends only
    its best one.
    """
    matched = pairs.where((F.size("entry_ids") > 0) | is_problem(pairs))
    alone = F.when(is_problem(pairs), F.monotonically_increasing_id())
    image = Window.partitionBy(F.xxhash64("url"), "url", "_alone")
    place = F.row_number().over(image.orderBy(draw(seed, "text"), "uid"))
    ordered = matched.withColumn("_alone", alone).withColumn("_place", place)
    return ordered.where("_place = 1").drop("_place", "_alone")


def within_caps(pairs: DataFrame, counts: EntryCounts, ts: Floats, draw: Column) -> Column:
    """Return true for pairs that are among the first t, by draw, of at least one of their entries.

    ts: one for each entry, in order of `counts.flat`; fractions are cut off. One shuffle of (entry,
    draw), from which all but about t per entry are removed beforehand: draws are uniform, so the
    t-th is close to t / count. Driver and workers hold a number per entry.
    """
    last = _last_draws(pairs, counts, np.maximum(np.floor(ts), 1), draw)
    shared = pairs.sparkSession.sparkContext.broadcast(last)

    @F.arrow_udf("boolean")  # type: ignore[attr-defined, untyped-decorator]
    def within(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        for ids, drawn in batches:
            entries, starts = ragged(ids)
            room = np.append(shared.value[entries], -1.0)  # a place for a last row without entries
            most = np.maximum.reduceat(room, np.minimum(starts[:-1], len(entries)))
            yield pa.array((drawn.to_numpy() <= most) & (starts[:-1] < starts[1:]))

    result: Column = within(flat_ids(pairs, counts), draw)
    return result


def _last_draws(pairs: DataFrame, counts: EntryCounts, ts: Floats, draw: Column) -> Floats:
    """Return the largest draw that each entry keeps, (entries,); 1 for those that keep all."""
    flat = counts.flat
    # Ten standard deviations above t, so practically never are too few draws below it.
    bounds = np.where(flat > ts, (ts + 10 * np.sqrt(ts) + 30) / np.maximum(flat, 1), 0.0)
    shared = pairs.sparkSession.sparkContext.broadcast((bounds, ts.astype(np.int64)))

    def near(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        bound, t = shared.value
        for batch in batches:
            entries, starts = ragged(batch.column(0))
            drawn = np.repeat(batch.column(1).to_numpy(), np.diff(starts))
            asked = drawn < bound[entries]
            yield pa.RecordBatch.from_arrays(
                [pa.array(entries[asked]), pa.array(drawn[asked]), pa.array(t[entries[asked]])],
                ["entry", "draw", "t"],
            )

    good = pairs.where(~is_problem(pairs))
    good = good.select(flat_ids(pairs, counts).alias("entries"), draw.alias("draw"))
    heads = good.mapInArrow(near, "entry INT, draw DOUBLE, t BIGINT")
    place = F.row_number().over(Window.partitionBy("entry").orderBy("draw"))
    found = heads.withColumn("place", place).where("place = t").select("entry", "draw").toArrow()
    last = np.where(flat > ts, bounds, 1.0)
    last[found["entry"].to_numpy()] = found["draw"].to_numpy()
    return last
