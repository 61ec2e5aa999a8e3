"""Profile a set with aggregates: languages, caption lengths, scores, entries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.balance.spark.entry_counting import entry_counts
from crawl2clip.compare.distributions import Coverage, Distribution, coverage, distribution
from crawl2clip.compare.run_loading import ComparedRun
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.schema import COLUMNS

MOST_LANGUAGES = 15
MOST_WORDS, MOST_CHARACTERS = 200, 2_000  # longer captions count as so long
STEP = 0.01  # of a score
SCORES = [name for name in COLUMNS if name.endswith("_score") and name != "lang_score"]


@dataclass(frozen=True)
class LanguageShares:
    """LanguageShares of a set. shares: the most frequent first; `none` for captions in no language.

    detected: whether they were detected here, as the set has no such column.
    """

    detected: bool
    shares: Mapping[str, float]
    others: float


@dataclass(frozen=True)
class Profile:
    """The profile of a set; rows are counted, not distinct pairs."""

    rows: int
    languages: LanguageShares | None
    words: Distribution | None
    characters: Distribution | None
    scores: Mapping[str, Distribution] = field(default_factory=dict)
    entries: Coverage | None = None


def profile(one: ComparedRun, entries: MatchEntries | None, listed: int | None) -> Profile:
    """Profile a set in three passes over few columns; none shuffles more than counts.

    entries: matches captions anew, so that all sets are measured with one list, of length `listed`.
    Without it a set's own `entry_ids` are counted.
    """
    counts = _histograms(one.pairs)
    rows = sum(counts["words"].values())
    return Profile(
        rows=rows,
        languages=_languages(one, rows),
        words=distribution(counts["words"]),
        characters=distribution(counts["characters"]),
        scores={name: found for name in SCORES if (found := distribution(counts[name]))},
        entries=_entries(one, entries, listed),
    )


def _histograms(pairs: DataFrame) -> defaultdict[str, dict[float, int]]:
    """Return counts by value of words, characters and each score."""
    steps = 1 / STEP
    text = F.coalesce("text", F.lit(""))  # a table that others made may lack some
    buckets: dict[str, Column] = {
        "words": F.least(F.regexp_count(text, F.lit(r"\S+")), F.lit(MOST_WORDS)),
        "characters": F.least(F.char_length(text), F.lit(MOST_CHARACTERS)),
    }
    for name in SCORES:
        if name in pairs.columns:
            score = F.greatest(F.lit(-1.0), F.least(F.lit(1.0), F.col(name).cast("double")))
            buckets[name] = F.when(~F.isnan(name), F.floor(score * steps + 0.5)).cast("int")
    each = [
        F.struct(F.lit(name).alias("what"), value.cast("int").alias("value"))
        for name, value in buckets.items()
    ]
    rows = pairs.select(F.explode(F.array(*each)).alias("it")).groupBy("it.what", "it.value")
    found: defaultdict[str, dict[float, int]] = defaultdict(dict)
    for row in rows.count().where("value is not null").collect():
        value = row["value"] / steps if row["what"] in SCORES else row["value"]
        found[row["what"]][value] = row["count"]
    return found


def _languages(one: ComparedRun, rows: int) -> LanguageShares | None:
    """Count the languages in the set's own column, or detect them if there is none."""
    told = one.having("lang")
    pairs = told if told is not None else DetectLanguage()(one.pairs.select("text"))
    counted = pairs.groupBy("lang").count().orderBy(F.desc("count"), "lang")
    top = counted.limit(MOST_LANGUAGES).collect()
    if not rows:
        return None
    shares = {row["lang"] or "none": row["count"] / rows for row in top}
    return LanguageShares(told is None, shares, 1 - sum(row["count"] for row in top) / rows)


def _entries(one: ComparedRun, entries: MatchEntries | None, listed: int | None) -> Coverage | None:
    pairs = entries(one.pairs.select("text")) if entries else one.having("entry_ids")
    return None if pairs is None else coverage(entry_counts(pairs), listed)
