"""WAT files that others made, and what others read in them."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive, pairs_in_file
from crawl2clip.extract.wat.wat_page import describe_page
from tests.conformance import SHARED, SHIPPED, needs_shared
from tests.extract.archives import record

REAL = SHARED / "data" / "archives" / "real"
BOTH = "eugeneware__warc__CC-MAIN-20140820021334-00006-ip-10-180-136-8.ec2.internal.warc"
ALL_TEXTS = Settings(texts=("alt", "title", "data-image-title"))


def test_reads_in_links_what_metaclip_reads() -> None:
    """But for inline images, which are no addresses; and a pair is met once."""
    golden = SHIPPED.json("expected_wat_links_v1.json")
    body = wat_of(golden["target_uri"], golden["links"])

    found = pairs_in_file("x.wat", io.BytesIO(body), ALL_TEXTS)

    assert [(row.url, row.text_source, row.text) for row in found if row.url] == [
        (image["url"], source, text)
        for image in golden["expected"]
        if not image["url"].startswith("data:")
        for source, text in image["texts"]
    ]


def wat_of(url: str, links: list[Any]) -> bytes:
    response = {"Response-Message": {"Status": "200"}, "HTML-Metadata": {"Links": links}}
    told = {
        "WARC-Header-Metadata": {"WARC-Target-URI": url},
        "Payload-Metadata": {"HTTP-Response-Metadata": response},
    }
    body = json.dumps({"Envelope": told})
    return record(body, content_type="application/json", kind="metadata")


@needs_shared
def test_a_file_of_2014_and_its_warc_file_give_the_same() -> None:
    in_wat = list(pairs_in_archive(str(REAL / f"{BOTH}.wat"), ALL_TEXTS))
    pages = {row.page_url for row in in_wat}
    in_warc = [
        row for row in pairs_in_archive(str(REAL / BOTH), ALL_TEXTS) if row.page_url in pages
    ]

    assert [row.text for row in in_wat] == ["496", "Previous", "Next", "Creative Commons License"]
    # The WARC file is no longer compressed, so that places in it are others.
    name = BOTH.removeprefix("eugeneware__warc__")
    assert in_wat == [
        row._replace(
            warc_file=f"{name}.gz",
            warc_offset=2520,
            warc_length=2828,
            heading=None,
            html_width=None,
            html_height=None,
            licence=None,
        )
        for row in in_warc
    ]


@pytest.mark.parametrize("path", sorted(REAL.glob("*CC-MAIN-sample*.wat.gz")), ids=lambda p: p.name)
def test_a_record_of_2023_gives_what_stands_in_it(path: Path) -> None:
    # Its header was written again with line ends that no reader takes.
    text = gzip.decompress(path.read_bytes())
    told = text[text.index(b"{") :]

    page = describe_page(told, Settings())

    assert page is not None
    assert page.warc_file == "CC-MAIN-20230127001911-20230127031911-00743.warc.gz"
    assert (page.page.offset, page.page.length) == (92892, 15066)
    assert page.page.url == "http://19august93.nsarchive.ru/songs/875.html"
    assert page.content.metadata.title == "Апрель | Полное Собрание Снайперских Песен"
    assert page.content.images == []  # 27 without alt text
    # The same images, had they been described.
    link = b'"path":"IMG@/src",'
    page = describe_page(told.replace(link, link + b'"alt":"a & b",'), Settings())
    assert page is not None
    assert [image.texts for image in page.content.images] == [(("alt", "a & b"),)] * 27
