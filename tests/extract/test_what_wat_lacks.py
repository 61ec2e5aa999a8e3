"""What a WAT file loses against its WARC file, on a web whose pairs are all known."""

import socket
from pathlib import Path, PurePath

import pytest

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from crawl2clip.extract.rows.pair_rows import Row
from crawl2clip.synthetic_web import SampleSettings, make_sample, truth

ALL_TEXTS = Settings(texts=("alt", "title", "figcaption"))

# (where the link stood, where the text stood): why the pair is not in a WAT file.
LOST = {
    ("lazy", "alt"): "of the attributes of img that hold links, only src is written",
    ("srcset", "alt"): "the same",
    ("picture", "alt"): "of source, neither srcset nor what it belongs to",
    ("src", "figcaption"): "of an element that holds a caption, nothing",
}
# kind: why the pair is in a WAT file alone. Neither is a gain.
LEFT_IN = {
    "pixel": "width and height, which show that nobody is to see the image, are not written",
    "placeholder": "data-src, which shows that src is to be replaced, is not written",
}

Key = tuple[str | None, str | None, str | None]  # page_url, url, text
Pairs = dict[Key, Row]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with socket.socket() as probe:
        probe.bind(("127.0.0.2", 0))
        port = int(probe.getsockname()[1])
    folder = tmp_path_factory.mktemp("crawl") / "sample"
    make_sample(folder, SampleSettings(pages=24, pictures=120, hosts=6, warcs=3, port=port))
    return folder


@pytest.fixture(scope="module")
def from_warc(crawl: Path) -> Pairs:
    return pairs_in(crawl, "warc/*.warc.gz")


@pytest.fixture(scope="module")
def from_wat(crawl: Path) -> Pairs:
    return pairs_in(crawl, "wat/*.warc.wat.gz")


def pairs_in(crawl: Path, names: str) -> Pairs:
    """All pairs, and those that the other addresses of an image make."""
    return {
        (row.page_url, url, row.text): row
        for path in sorted(crawl.glob(names))
        for row in pairs_in_archive(str(path), ALL_TEXTS)
        for url in (row.url, *(other.url for other in row.url_candidates or ()))
        if not row.problem
    }


def test_what_is_lost_and_why(crawl: Path, from_warc: Pairs, from_wat: Pairs) -> None:
    known = {key(pair): pair for pair in truth(crawl).to_pylist() if pair["url"] and pair["text"]}

    for name, pair in known.items():
        is_lost = (pair["found_in"], pair["text_source"]) in LOST
        is_left_in = not LEFT_IN.keys().isdisjoint(pair["kind"])
        is_damaged = pair["in_damaged_record"]  # in the WARC file; its WAT twin is whole
        assert (name in from_warc) == (not is_left_in and not is_damaged), pair
        assert (name in from_wat) == (not is_lost), pair
    assert from_warc.keys() | from_wat.keys() == known.keys()


def test_each_reason_has_its_example(crawl: Path) -> None:
    pairs = [pair for pair in truth(crawl).to_pylist() if pair["url"] and pair["text"]]

    assert LOST.keys() <= {(pair["found_in"], pair["text_source"]) for pair in pairs}
    assert LEFT_IN.keys() <= {kind for pair in pairs for kind in pair["kind"]}


def key(pair: dict[str, object]) -> Key:
    return str(pair["page_url"]), str(pair["url"]), str(pair["text"])


# Columns that tell of what is not in a WAT file, besides those that follow from the url.
UNTOLD = ("heading", "html_width", "html_height", "url_candidates", "url_source")


def test_columns_of_pairs_in_both_are_the_same(from_warc: Pairs, from_wat: Pairs) -> None:
    in_both = from_warc.keys() & from_wat.keys()
    same_image = [name for name in in_both if from_warc[name].url == from_wat[name].url]

    assert len(same_image) > 100
    for name in same_image:
        assert comparable(from_warc[name]) == comparable(from_wat[name])


def comparable(row: Row) -> Row:
    row = row._replace(warc_file=PurePath(row.warc_file or "").name)
    return row._replace(**dict.fromkeys(UNTOLD))


def test_links_that_lead_nowhere_are_the_same(crawl: Path) -> None:
    def bad_urls(names: str) -> set[tuple[str | None, str | None]]:
        rows = [row for path in crawl.glob(names) for row in pairs_in_archive(str(path))]
        return {(row.page_url, row.problem) for row in rows if row.url_raw and not row.url}

    assert bad_urls("wat/*.gz") == bad_urls("warc/*.gz") != set()
