"""LAION's and DataComp's rules, equal to the outputs of their own codes."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.dedup.add_ids import AddIds
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.where import Where
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.language.detect_language_cld3 import DetectLanguageCld3
from crawl2clip.recipe import load_recipe
from tests.conformance import SHIPPED, Outputs

BASIC = {89: 12, 2_089: 1_175}  # of so many texts so many pass


def test_the_text_rule_of_basic_filtering_is_the_official_one(
    outputs: Outputs, texts: DataFrame
) -> None:
    expected = {
        row["id"]
        for row in outputs.lines("expected_lid176ftz_and_datacomp_text.jsonl")
        if row["datacomp_basic_text"]
    }
    jobs = load_recipe("conf/recipes/datacomp_basic.yaml").jobs

    for step in (*jobs["language"], *jobs["filter"]):
        texts = texts.transform(step)

    assert {row.id for row in texts.select("id").collect()} == expected
    assert len(expected) == BASIC[outputs.count]
    assert {type(step) for step in jobs["filter"]} == {Where, CaptionLength}
    assert jobs["language"] == (DetectLanguage(),)


@pytest.mark.parametrize(
    ("who", "stage"),
    [("datacomp", DetectLanguageCld3(0, 1_000)), ("laion5b", DetectLanguageCld3())],
)
def test_cld3_says_what_it_said_there(
    outputs: Outputs, texts: DataFrame, who: str, stage: DetectLanguageCld3
) -> None:
    expected = outputs.by_id("expected_cld3.jsonl")

    found = texts.transform(stage).collect()

    assert len(found) == len(expected)
    for row in found:
        lang, prob = expected[row.id][f"{who}_lang"], expected[row.id][f"{who}_prob"]
        if row.lang is None:  # without letters, or with too few
            assert not any(map(str.isalpha, row.text)) or prob == 0, row.text
        elif who == "datacomp":
            assert (row.lang, row.lang_score) == (lang, pytest.approx(prob, abs=1e-4)), row.text
        else:
            reliable = row.lang.partition("-")[0] if row.lang_reliable else ""
            assert (reliable, row.lang_score) == (lang, pytest.approx(prob, abs=1e-4)), row.text


def test_ids_are_the_official_ones(spark: SparkSession) -> None:
    expected = SHIPPED.json("expected_ids.json")
    rows = [(row["url"], row["alt"]) for row in expected]
    pairs = spark.createDataFrame(rows, "url STRING, text STRING")

    found = {(row.url, row.text): row for row in pairs.transform(AddIds()).collect()}

    assert len(expected) == len(found) >= 3
    for row in expected:
        ours = found[row["url"], row["alt"]]
        assert ours.cc2dataset_uid == row["cc2dataset_uid_md5_alt_url"]
        assert ours.laion_uid == row["laion5b_worker_md5_url_alt"]
        assert ours.laion_hash == row["laion_safety_mmh3_hash64_url_text"]
        assert ours.metaclip_id == row["metaclip_v1_gen_uuid"]
        if " " not in row["url"]:
            assert ours.metaclip_id == row["metaclip_v2_gen_uuid"]
