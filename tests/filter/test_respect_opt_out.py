from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.respect_opt_out import RespectOptOut
from crawl2clip.synthetic_web import truth

Signal = tuple[str | None, str | None, str | None]

PAGES: dict[str, tuple[list[Signal] | None, bool]] = {
    "says nothing": (None, True),
    "has an empty list": ([], True),
    "noai": ([("meta", "*", "noai")], False),
    "noai, in capitals": ([("meta", "*", "NoAI")], False),
    "header": ([("x-robots-tag", "*", "noimageai")], False),
    "tdm": ([("tdm-meta", "*", "tdm-reservation")], False),
    "nofollow": ([("meta", "*", "nofollow")], True),
    "nofollow, then noindex": ([("meta", "*", "nofollow"), ("meta", "*", "noindex")], False),
    "to another": ([("meta", "googlebot", "noindex")], True),
    "to another and to all": ([("meta", "googlebot", "noindex"), ("meta", "*", "noml")], False),
    "to us": ([("x-robots-tag", "ourbot", "noai")], True),
    "null": ([("meta", None, None)], True),
}


@pytest.fixture
def pages(spark: SparkSession) -> DataFrame:
    rows = [(name, said, None) for name, (said, _) in PAGES.items()]
    return spark.createDataFrame(
        [*rows, ("a problem", [("meta", "*", "noai")], "bad url: http://[")],
        "text STRING, opt_out ARRAY<STRUCT<signal: STRING, agent: STRING, directive: STRING>>,"
        " problem STRING",
    )


def kept(pages: DataFrame, stage: RespectOptOut) -> set[str]:
    stage.check()
    return {row.text for row in pages.transform(stage).collect()}


def test_drops_what_says_to_everybody_not_to_be_taken(pages: DataFrame) -> None:
    staying = {name for name, (_, stays) in PAGES.items() if stays}

    assert kept(pages, RespectOptOut()) == {*staying, "a problem"}


def test_what_is_said_to_our_agent_counts_when_it_is_named(pages: DataFrame) -> None:
    both = kept(pages, RespectOptOut(agents=("*", " OurBot")))

    assert kept(pages, RespectOptOut()) - both == {"to us"}


def test_an_agent_alone_hears_nothing_that_is_said_to_all(pages: DataFrame) -> None:
    assert set(PAGES) - kept(pages, RespectOptOut(agents=("ourbot",))) == {"to us"}


def test_directives_are_those_of_the_recipe(pages: DataFrame) -> None:
    stage = RespectOptOut(directives=("nofollow",))

    assert set(PAGES) - kept(pages, stage) == {"nofollow", "nofollow, then noindex"}


def test_a_directive_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no directive 'no-ai'; there are noai, noarchive"):
        RespectOptOut(directives=("no-ai",)).check()
    with pytest.raises(ValueError, match="at least one each"):
        RespectOptOut(agents=()).check()
    with pytest.raises(ValueError, match="at least one each"):
        RespectOptOut(directives=()).check()


def test_on_the_sample_exactly_the_pairs_of_pages_that_opt_out_are_dropped(
    spark: SparkSession, sample: Path
) -> None:
    opted_out = {
        (row["page_url"], row["url"], row["text"])
        for row in truth(sample).to_pylist()
        if any(signal.startswith("page_") for signal in row["opt_out"] or ())
    }
    found = spark.read.format("warc_pairs").option("source", f"{sample}/warc.paths.gz").load()
    pairs = found.where("problem is null").select("page_url", "url", "text", "opt_out").cache()

    before = {row[:3] for row in pairs.collect()}
    after = {row[:3] for row in pairs.transform(RespectOptOut()).collect()}

    assert len(before & opted_out) > 20
    assert before - after == before & opted_out
