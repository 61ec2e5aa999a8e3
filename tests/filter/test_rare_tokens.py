import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.errors import SparkRuntimeException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.rare_tokens import RareTokens
from crawl2clip.filter.spark.token_columns import Tokens
from crawl2clip.filter.spark.token_counts import write
from crawl2clip.shared.run_context import RunContext

# Occurrences: the numbers tell the rank. "cat" and "red cat" are what a list of 5 ends with.
COUNTS = {
    "a": 90,
    "dog": 80,
    "a dog": 70,
    "red": 60,
    "cat": 50,
    "red cat": 40,
    "a cat": 30,
    "fox": 20,
}


@pytest.fixture(scope="module")
def vocabulary(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("vocabulary") / "v.json")
    counts = spark.createDataFrame(list(COUNTS.items()), "token STRING, count LONG")
    write(counts, path, Tokens(), {})
    return path


def of(spark: SparkSession, texts: list[str | None]) -> DataFrame:
    return spark.createDataFrame([(text, None) for text in texts], "text STRING, problem STRING")


def kept(pairs: DataFrame) -> list[str]:
    return sorted(row.text or "" for row in pairs.collect())


# How many tokens are at hand: all, some, none. The list is the same.
AT_HAND = [5, 3, 0]


@pytest.mark.parametrize("at_hand", AT_HAND)
def test_drops_texts_with_a_unigram_off_the_list(
    spark: SparkSession, vocabulary: str, at_hand: int
) -> None:
    stays = ["a dog", "A  Red DOG", "cat", "dog a", "cat cat cat", "", None]
    goes = ["a fox", "fox", "a dog.", "image_tid 25&id mggq", "a dog zebra", "a fox"]
    pairs = of(spark, [*stays, *goes]).repartition(3)

    step = RareTokens(5, vocabulary, at_hand=at_hand)

    assert kept(step(pairs)) == sorted(text or "" for text in stays)


@pytest.mark.parametrize("at_hand", [6, 2])
def test_bigrams_may_be_asked_for_too(spark: SparkSession, vocabulary: str, at_hand: int) -> None:
    pairs = of(spark, ["a dog", "a red dog", "red cat", "dog", "a cat"])

    both = RareTokens(6, vocabulary, by=("unigrams", "bigrams"), at_hand=at_hand)
    alone = RareTokens(6, vocabulary, by=("bigrams",), at_hand=at_hand)

    assert kept(both(pairs)) == ["a dog", "dog", "red cat"]
    assert kept(alone(pairs)) == ["a dog", "dog", "red cat"]


@pytest.mark.parametrize("at_hand", AT_HAND)
def test_a_row_with_a_problem_stays(spark: SparkSession, vocabulary: str, at_hand: int) -> None:
    rows = [("zebra", "timeout: 10 s"), (None, "bad url: x"), ("zebra", None)]
    pairs = spark.createDataFrame(rows, "text STRING, problem STRING")

    left = RareTokens(5, vocabulary, at_hand=at_hand)(pairs).collect()

    assert sorted(row.problem for row in left) == ["bad url: x", "timeout: 10 s"]


WORD = st.sampled_from(["a", "dog", "red", "cat", "fox", "zebra"])
TEXTS = st.lists(st.lists(WORD, max_size=3).map(" ".join), max_size=15)


@settings(max_examples=5, deadline=None)
@given(TEXTS, st.integers(1, 8), st.integers(0, 8), st.integers(1, 3))
def test_what_stays_is_what_a_set_of_the_list_says(
    spark: SparkSession, vocabulary: str, texts: list[str], most: int, at_hand: int, partitions: int
) -> None:
    listed = set(list(COUNTS)[:most])
    pairs = of(spark, list(texts)).repartition(partitions)
    once = RareTokens(most, vocabulary, at_hand=at_hand)(pairs)

    assert kept(once) == sorted(text for text in texts if set(text.split()) <= listed)
    assert kept(RareTokens(most, vocabulary, at_hand=at_hand)(once)) == kept(once)


def leave(spark: SparkSession, run_dir: Path, texts: list[str | None], started: str) -> None:
    """What a job `extract` leaves in the run's folder."""
    of(spark, texts).write.mode("overwrite").parquet(str(run_dir / "extract"))
    (run_dir / "extract.json").write_text(json.dumps({"started": started}))


def part_of(folder: Path, most: int, raw: str = "extract", writes: bool = True) -> RareTokens:
    return RareTokens(most, raw=raw).in_run(RunContext(str(folder), writes))


def test_without_a_vocabulary_the_runs_raw_table_is_counted(
    spark: SparkSession, tmp_path: Path
) -> None:
    pairs = of(spark, ["a cat", "a dog", "a"])
    leave(spark, tmp_path, ["a dog", "a dog", "a cat"], "monday")

    assert kept(part_of(tmp_path, 3)(pairs)) == [
        "a",
        "a dog",
    ]  # a 3, dog 2, "a dog" 2; cat 1, "a cat" 1
    written = tmp_path / "vocabulary-extract-blanks-folded.json"
    first = written.stat().st_mtime_ns
    assert kept(part_of(tmp_path, 1)(pairs)) == ["a"]
    assert written.stat().st_mtime_ns == first, "not counted again"

    leave(spark, tmp_path, ["a cat", "a cat", "a dog"], "tuesday")

    assert kept(part_of(tmp_path, 3)(pairs)) == ["a", "a cat"]


def test_a_preview_counts_and_leaves_nothing(spark: SparkSession, tmp_path: Path) -> None:
    leave(spark, tmp_path, ["a dog", "a dog", "a cat"], "monday")
    there = sorted(tmp_path.iterdir())

    found = part_of(tmp_path, 3, writes=False)(of(spark, ["a cat", "a dog", "a"]))

    assert kept(found) == ["a", "a dog"]
    assert sorted(tmp_path.iterdir()) == there


def test_outside_of_a_run_there_is_no_table_to_count(spark: SparkSession) -> None:
    with pytest.raises(RuntimeError, match="rare_tokens uses files of a run, and is part of none"):
        RareTokens(3)(of(spark, ["a dog"]))


def test_a_run_without_the_raw_table_fails_loudly_when_it_comes_to_it(
    spark: SparkSession, tmp_path: Path
) -> None:
    left = part_of(tmp_path, 3, raw="language")(of(spark, ["a dog"]))

    assert left.columns == ["text", "problem"], "a recipe can be checked before anything has run"
    with pytest.raises(SparkRuntimeException, match="the run has no table language"):
        left.collect()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"most": 0}, "1 or more"),
        ({"at_hand": -1}, "0 or more"),
        ({"by": ()}, "at least one kind"),
        ({"vocabulary": "none.json"}, "there is no vocabulary none.json"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RareTokens(**settings).check()  # type: ignore[arg-type]


def test_a_vocabulary_of_other_tokens_is_refused(spark: SparkSession, vocabulary: str) -> None:
    RareTokens(vocabulary=vocabulary).check()
    with pytest.raises(ValueError, match="split: blanks, case: folded"):
        RareTokens(vocabulary=vocabulary, split="scripts").check()
