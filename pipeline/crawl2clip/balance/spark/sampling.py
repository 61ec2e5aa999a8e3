"""Select pairs with columns: by a random draw, by a cap, or one text per image."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from crawl2clip.balance.probabilities.entry_counts import EntryCounts
from crawl2clip.balance.probabilities.keep_probabilities import Floats, keep_probs
from crawl2clip.balance.spark.entry_counting import flat_ids, ragged
from crawl2clip.schema import COLUMNS
from crawl2clip.shared.spark_xxhash import xxhash64
from crawl2clip.spark.arrow_step import Batches, InWorkers, problems_of
from crawl2clip.stage import is_problem


def draw(seed: int, purpose: str = "") -> Column:
    """Return a uniform number in [0, 1) for each uid, the same in every run.

    purpose: draws for different purposes are independent.
    """
    salt = [F.lit(purpose)] if purpose else []
    return F.pmod(F.xxhash64("uid", F.lit(seed), *salt), F.lit(2**52)) / F.lit(float(2**52))


def weighing(pairs: DataFrame, probs: Floats, seed: int | None) -> InWorkers:
    """Return a step that adds keep_prob and keeps pairs with a draw below it.

    Seed None: those above 0.

    probs: a probability for each entry. Pairs without entries are dropped, problems are kept.
    """
    shared = pairs.sparkSession.sparkContext.broadcast(probs)
    kept = [name for name in pairs.columns if name != "keep_prob"]
    fields = [*pairs.select(*kept).schema, StructField("keep_prob", COLUMNS["keep_prob"][0])]

    def weighed(batches: Batches) -> Batches:
        for batch in batches:
            chances = keep_probs(*ragged(batch["entry_ids"]), shared.value)
            bounds = 0.0 if seed is None else draws(batch["uid"], seed)
            stays = pc.or_(pa.array(chances > bounds), pc.is_valid(problems_of(batch)))
            chosen = batch.select(kept).append_column("keep_prob", pa.array(chances))
            yield chosen.filter(stays)

    return InWorkers(weighed, StructType(fields))


def draws(uids: pa.StringArray, seed: int) -> Floats:
    """Return what `draw(seed)` computes, in a worker."""
    numbers: Floats = (xxhash64(uids, seed) & (2**52 - 1)) / 2.0**52
    return numbers


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
        for ids, draws in batches:
            entries, starts = ragged(ids)
            room = np.append(shared.value[entries], -1.0)  # a place for a last row without entries
            most = np.maximum.reduceat(room, np.minimum(starts[:-1], len(entries)))
            yield pa.array((draws.to_numpy() <= most) & (starts[:-1] < starts[1:]))

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
            draws = np.repeat(batch.column(1).to_numpy(), np.diff(starts))
            asked = draws < bound[entries]
            yield pa.RecordBatch.from_arrays(
                [pa.array(entries[asked]), pa.array(draws[asked]), pa.array(t[entries[asked]])],
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
