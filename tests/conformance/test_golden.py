"""Equal to the outputs of the papers' own codes, on 2,089 texts."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from pyspark.sql import SparkSession

from pipeline.balance.balance_entries import entry_counts
from pipeline.balance.probabilities import entry_probs, keep_probs
from pipeline.language.detect_language import DetectLanguage
from pipeline.match.match_entries import MatchEntries
from pipeline.match.spacing import spaced
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
