"""Equal to the outputs of the papers' own codes, on 2,089 texts."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession
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
from tests.conformance import SHARED, needs_shared

pytestmark = needs_shared

LISTS = {"small": "metadata_small.json", "wordnet": "metadata_wordnet_86554.json"}


def lines(name: str) -> Iterator[dict[str, Any]]:
    with (SHARED / "golden" / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def golden(name: str) -> Any:
    return json.loads((SHARED / "golden" / name).read_text(encoding="utf-8"))


def texts(spark: SparkSession) -> Any:
    rows = [(row["id"], row["text"]) for row in lines("captions.jsonl")]
    return spark.createDataFrame(rows, "id INT, text STRING").repartition(3)


def test_spacing_is_the_official_one() -> None:
    expected = golden("expected_spacing.json")

    assert [spaced(text) for text, _ in expected] == [form for _, form in expected]
    assert len(expected) == 89


@pytest.mark.parametrize("name", LISTS)
def test_all_texts_match_the_official_entries(spark: SparkSession, name: str) -> None:
    expected = {
        row["id"]: row["matched_entry_ids"] for row in lines(f"expected_matches_v1_{name}.jsonl")
    }
    stage = MatchEntries(str(SHARED / "golden" / LISTS[name]))

    found = {row.id: row.entry_ids for row in texts(spark).transform(stage).collect()}

    assert len(expected) == 2_089
    assert found == expected


@pytest.mark.parametrize("name", LISTS)
def test_keep_probabilities_are_the_official_ones(spark: SparkSession, name: str) -> None:
    matched = list(lines(f"expected_matches_v1_{name}.jsonl"))
    counts = entry_counts(
        spark.createDataFrame(
            [(row["matched_entry_ids"],) for row in matched], "entry_ids ARRAY<INT>"
        )
    )
    ids = np.array([i for row in matched for i in row["matched_entry_ids"]], np.int32)
    starts = np.cumsum([0] + [len(row["matched_entry_ids"]) for row in matched])

    official = golden(f"expected_entry_count_v1_{name}.json")
    assert counts.tolist() == official[: len(counts)]
    assert not any(official[len(counts) :])
    for t, expected in golden(f"expected_balance_v1_{name}.json")["by_t"].items():
        size = keep_probs(ids, starts, entry_probs(counts, int(t))).sum()
        assert size == pytest.approx(expected["expected_kept"], abs=1e-6)


@pytest.mark.parametrize("name", LISTS)
def test_sizes_drawn_are_the_sizes_expected(spark: SparkSession, name: str) -> None:
    matched = [row["matched_entry_ids"] for row in lines(f"expected_matches_v1_{name}.jsonl")]
    pairs = spark.createDataFrame(
        [(f"{i:032x}", ids) for i, ids in enumerate(matched)], "uid STRING, entry_ids ARRAY<INT>"
    )
    online = BalanceEntries(t=20, form="online")(pairs).cache()
    drawn = [F.count_if(draw(seed) < F.col("keep_prob")).alias(f"s{seed}") for seed in range(200)]

    mean = sum(online.agg(*drawn).first()) / 200

    expected = golden(f"expected_balance_v1_{name}.json")["by_t"]["20"]["expected_kept"]
    assert sum(row.keep_prob for row in online.collect()) == pytest.approx(expected, abs=1e-6)
    assert mean == pytest.approx(expected, rel=0.01)


def test_all_texts_match_the_official_entries_of_metaclip_2(spark: SparkSession) -> None:
    expected = {
        row["id"]: row["matched_entry_ids"] for row in lines("expected_matches_v2_small.jsonl")
    }
    stage = MatchEntries(str(SHARED / "golden" / LISTS["small"]), borders="metaclip2")

    found = {row.id: row.entry_ids for row in texts(spark).transform(stage).collect()}

    assert len(expected) == 2_089
    assert found == expected


def test_keys_of_metaclip_2_are_the_official_ones() -> None:
    keys = {e: Spelling(borders="metaclip2").key(e) for e in golden(LISTS["small"])}

    differ = [[entry, form] for entry, form in keys.items() if form != key(entry)]
    assert differ == golden("expected_v2_spaced_entries_that_differ.json")


def test_thresholds_of_metaclip_2_are_the_official_ones_but_where_those_keep_nothing() -> None:
    mended = 0
    for case in golden("expected_v2_thresholds.json").values():
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


def test_languages_are_the_official_ones(spark: SparkSession) -> None:
    expected = {row["id"]: row for row in lines("expected_lid176ftz_and_datacomp_text.jsonl")}

    found = texts(spark).transform(DetectLanguage()).collect()

    assert len(found) == 2_089
    for row in found:
        if row.lang is None:  # the official call answers 'en' for what has no letter
            assert not any(map(str.isalpha, row.text))
        else:
            assert row.lang == expected[row.id]["lang"], row.text
            assert row.lang_score == pytest.approx(min(1, expected[row.id]["prob"]), abs=1e-4)
