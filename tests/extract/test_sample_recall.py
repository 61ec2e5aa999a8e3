"""On a web whose truth is known, all its pairs are found and nothing else."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from crawl2clip.extract.rows.pair_rows import Row
from crawl2clip.synthetic_web import SampleSettings, make_sample, truth

SETTINGS = Settings(texts=("alt", "title", "figcaption"))
# What the sample plants to be left out: tracking pixels, and what stands in for a lazy image.
LEFT_OUT = {"pixel", "placeholder"}
NOT_FETCHED = {"empty_src", "data_uri"}

Pair = tuple[str, str, str, str]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recall") / "sample"
    make_sample(folder, SampleSettings(pages=24, pictures=120, hosts=6, warcs=3, port=18742))
    return folder


@pytest.fixture(scope="module")
def rows(sample: Path) -> list[Row]:
    archives = sorted((sample / "warc").glob("*.warc.gz"))
    return [row for path in archives for row in pairs_in_archive(str(path), SETTINGS)]


def planted(sample: Path) -> list[dict[str, object]]:
    return [row for row in truth(sample).to_pylist() if not row["in_damaged_record"]]


def pairs_of(row: Row) -> Iterator[Pair]:
    """The pair of the row, and the pairs that its other addresses would make."""
    urls = [each.url for each in row.url_candidates] if row.url_candidates else [row.url or ""]
    for url in urls:
        yield row.page_url or "", url, row.text or "", row.text_source or ""


def test_all_pairs_are_found_and_no_others(sample: Path, rows: list[Row]) -> None:
    expected = {
        (row["page_url"], row["url"], row["text"], row["text_source"])
        for row in planted(sample)
        if row["url"] and row["text"] and not LEFT_OUT & set(row["kind"])  # type: ignore[call-overload]
    }
    found = {pair for row in rows if not row.problem for pair in pairs_of(row)}

    assert found - expected == set()
    assert expected - found == set()
    assert len(expected) > 150


def test_links_that_lead_nowhere_are_problems(sample: Path, rows: list[Row]) -> None:
    bad = Counter(
        (row["page_url"], row["text"])
        for row in planted(sample)
        if not row["url"] and not NOT_FETCHED & set(row["kind"])  # type: ignore[call-overload]
    )
    found = Counter(
        (row.page_url, row.text) for row in rows if (row.problem or "").startswith("bad url")
    )
    assert found == bad


def test_each_way_to_link_an_image_is_found(sample: Path, rows: list[Row]) -> None:
    expected = {str(row["found_in"]) for row in planted(sample)}

    found = {row.url_source for row in rows if row.url}
    # The one file of a <source> is no larger than that of its <img>, so it is a candidate.
    assert found == expected - {"picture"}
