"""Matching, balancing and languages, equal to the outputs of the papers' own codes."""

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.balance.balance_entries import BalanceEntries, entry_counts
from crawl2clip.balance.probabilities.keep_probabilities import (
    TailThresholds,
    entry_probs,
    keep_probs,
    tail_share,
)
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.match.matcher.normal_form import Spelling, key, spaced
from crawl2clip.spark.draw import draw
from tests.conformance import ALL, SHIPPED, Outputs, needs_shared

LISTS = {"small": "metadata_small.json", "wordnet": "metadata_wordnet_86554.json"}


def test_spacing_is_the_official_one() -> None:
    expected = SHIPPED.json("expected_spacing.json")

    assert [spaced(text) for text, _ in expected] == [form for _, form in expected]
    assert len(expected) == 89


def test_texts_match_the_official_entries(outputs: Outputs, texts: DataFrame) -> None:
    stage = MatchEntries(str(outputs.folder / LISTS["small"]))

    assert matched(texts, stage) == official(outputs, "v1_small")


@needs_shared
@pytest.mark.parametrize("outputs", [ALL], ids=["all"], scope="module")
def test_texts_match_the_official_entries_of_wordnet(outputs: Outputs, texts: DataFrame) -> None:
    stage = MatchEntries(str(outputs.folder / LISTS["wordnet"]))

    assert matched(texts, stage) == official(outputs, "v1_wordnet")


def matched(texts: DataFrame, stage: MatchEntries) -> dict[int, list[int]]:
    return {row.id: row.entry_ids for row in texts.transform(stage).collect()}


def official(outputs: Outputs, name: str) -> dict[int, list[int]]:
    rows = outputs.by_id(f"expected_matches_{name}.jsonl")
    return {number: row["matched_entry_ids"] for number, row in rows.items()}


@pytest.mark.parametrize("t", [1, 5, 20, 100])
def test_keep_probabilities_of_texts_are_the_official_ones(outputs: Outputs, t: int) -> None:
    matches = official(outputs, "v1_small").values()
    ids = np.array([i for found in matches for i in found], np.int32)
    starts = np.cumsum([0] + [len(found) for found in matches])
    counts = np.array(outputs.json("expected_entry_count_v1_small.json"))

    found = keep_probs(ids, starts, entry_probs(counts, t))

    expected = outputs.json("expected_balance_v1_small.json")["by_t"][str(t)]["keep_prob"]
    assert found == pytest.approx(expected, abs=1e-11)
    assert len(found) == outputs.count


@needs_shared
@pytest.mark.parametrize("name", LISTS)
def test_counts_and_sizes_are_the_official_ones(spark: SparkSession, name: str) -> None:
    matched = list(ALL.lines(f"expected_matches_v1_{name}.jsonl"))
    counts = entry_counts(
        spark.createDataFrame(
            [(row["matched_entry_ids"],) for row in matched], "entry_ids ARRAY<INT>"
        )
    )
    ids = np.array([i for row in matched for i in row["matched_entry_ids"]], np.int32)
    starts = np.cumsum([0] + [len(row["matched_entry_ids"]) for row in matched])

    published = ALL.json(f"expected_entry_count_v1_{name}.json")
    assert counts.tolist() == published[: len(counts)]
    assert not any(published[len(counts) :])
    for t, expected in ALL.json(f"expected_balance_v1_{name}.json")["by_t"].items():
        size = keep_probs(ids, starts, entry_probs(counts, int(t))).sum()
        assert size == pytest.approx(expected["expected_kept"], abs=1e-6)


@needs_shared
@pytest.mark.parametrize("name", LISTS)
def test_sizes_drawn_are_the_sizes_expected(spark: SparkSession, name: str) -> None:
    matched = [row["matched_entry_ids"] for row in ALL.lines(f"expected_matches_v1_{name}.jsonl")]
    pairs = spark.createDataFrame(
        [(f"{i:032x}", ids) for i, ids in enumerate(matched)], "uid STRING, entry_ids ARRAY<INT>"
    )
    online = BalanceEntries(t=20, form="online")(pairs).cache()
    drawn = [F.count_if(draw(seed) < F.col("keep_prob")).alias(f"s{seed}") for seed in range(20)]

    mean = sum(online.agg(*drawn).first()) / 20

    expected = ALL.json(f"expected_balance_v1_{name}.json")["by_t"]["20"]["expected_kept"]
    assert sum(row.keep_prob for row in online.collect()) == pytest.approx(expected, abs=1e-6)
    assert mean == pytest.approx(expected, rel=0.01)


def test_texts_match_the_official_entries_of_metaclip_2(outputs: Outputs, texts: DataFrame) -> None:
    stage = MatchEntries(str(outputs.folder / LISTS["small"]), borders="metaclip2")

    assert matched(texts, stage) == official(outputs, "v2_small")


def test_keys_of_metaclip_2_are_the_official_ones() -> None:
    keys = {e: Spelling(borders="metaclip2").key(e) for e in SHIPPED.json(LISTS["small"])}

    differ = [[entry, form] for entry, form in keys.items() if form != key(entry)]
    assert differ == SHIPPED.json("expected_v2_spaced_entries_that_differ.json")


def test_thresholds_of_metaclip_2_are_the_official_ones_but_where_those_keep_nothing(
    outputs: Outputs,
) -> None:
    mended = 0
    for case in outputs.json("expected_v2_thresholds.json").values():
        counts = np.array(case["counts"], np.int64)
        for t, share in case["t_to_p"].items():
            expected = float("nan") if share is None else share
            assert tail_share(counts, int(t)) == pytest.approx(expected, abs=1e-12, nan_ok=True)
        for share, t in case["p_to_t"].items():
            ours = TailThresholds(counts).t(float(share))
            assert ours == max(1, t)
            probs = entry_probs(counts, ours)
            if t >= 1:
                assert probs == pytest.approx(case["count_to_prob"][share], abs=1e-12)
            else:
                mended += 1
                assert (probs > 0).all()
    assert mended > 0


def test_languages_are_the_official_ones(outputs: Outputs, texts: DataFrame) -> None:
    expected = outputs.by_id("expected_lid176ftz_and_datacomp_text.jsonl")

    found = texts.transform(DetectLanguage()).collect()

    assert len(found) == outputs.count
    for row in found:
        if row.lang is None:  # the official call answers 'en' for what has no letter
            assert not any(map(str.isalpha, row.text))
        else:
            assert row.lang == expected[row.id]["lang"], row.text
            assert row.lang_score == pytest.approx(min(1, expected[row.id]["prob"]), abs=1e-4)
