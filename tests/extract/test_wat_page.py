"""WAT records -> rows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.pair_rows import Row
from crawl2clip.extract.wat.wat_json import decoded
from crawl2clip.io import manifest
from tests.extract.archives import PAGE, record
from tests.extract.wat_files import LATER, RECORD_ID, WARC, body_of, image, page, pairs, rows, wat

DOG = ("http://x.example/dog.jpg", "a dog")
OG = Settings(texts=("og",), images=("og",))


def test_a_row_tells_of_the_record_in_the_warc_file_and_not_of_that_in_the_wat_file() -> None:
    [row] = rows(wat(b'{"Envelope":{}}', page(image(), head={"Title": "Dogs &amp; cats"})))

    assert row == Row(
        uid=row.uid,
        url="http://x.example/dog.jpg",
        text="a dog",
        text_source="alt",
        page_url=PAGE,
        warc_file=WARC,
        warc_offset=93000,
        warc_date=datetime(2019, 5, 20, 1, 2, 3, tzinfo=UTC),
        url_raw="/dog.jpg",
        url_source="src",
        canonical_url="https://x.example/dog.jpg",
        page_title="Dogs & cats",
        warc_length=612,
        warc_record_id=RECORD_ID,
    )


def test_gives_the_pair_that_the_page_itself_gives() -> None:
    from_page = rows(
        record("<base href=/b/><img src='d.jpg?a=1&amp;copy=2' alt='a &quot;dog&quot;'>")
    )
    url, alt = "d.jpg?a=1&amp;copy=2", "a &quot;dog&quot;"

    from_wat = rows(wat(page(image(url, alt), head={"Base": "/b/"})))

    assert [row.uid for row in from_wat] == [row.uid for row in from_page]
    assert from_wat[0].url == "http://x.example/b/d.jpg?a=1&copy=2"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (image(), [DOG]),
        (image(alt=" a \n dog "), [DOG]),
        (image(alt=""), []),
        (image(alt=None), []),
        (image(alt=7), []),
        (image(alt=["a dog"]), []),
        (image(url=None), []),
        (image(url={"a": 1}), []),
        (image(url="data:image/gif;base64,R0lGOD"), [("left out inline: 1 with a text",)]),
        (image(url="http://[oops"), [("bad url: http://[oops",)]),
        (image(url="//cdn.example/p.png"), [("http://cdn.example/p.png", "a dog")]),
        (image(title=None, target=0), [DOG]),
        ({"path": "IMG@/src", "alt": "no url"}, []),
        ({"path": "IMG@/longdesc", "url": "/dog.jpg", "alt": "a dog"}, []),
        ({"path": "IMG@/data-src", "url": "/dog.jpg", "alt": "a dog"}, [DOG]),
        ({"path": "IMG@/srcset", "url": "/s.jpg 1x, /dog.jpg 2x", "alt": "a dog"}, [DOG]),
        ({"path": "A@/href", "url": "/dog.jpg", "text": "a dog"}, []),
        ({"path": "EMBED@/src", "url": "/dog.jpg", "alt": "a dog"}, []),
        ({"path": ["IMG@/src"], "url": "/dog.jpg", "alt": "a dog"}, []),
        ({"path": None, "url": "/dog.jpg", "alt": "a dog"}, []),
        ({"url": "/dog.jpg", "alt": "a dog"}, []),
        (None, []),
        ("IMG@/src", []),
        ([image()], []),
    ],
)
def test_an_odd_link_costs_only_itself(link: object, expected: list[tuple[str, ...]]) -> None:
    cat = ("http://x.example/cat.jpg", "a cat")

    assert sorted(pairs(page(link, image("/cat.jpg", "a cat")))) == sorted([*expected, cat])


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        (rb'"a \ud83d\ude00 dog"', "a \N{GRINNING FACE} dog"),
        (rb'"a \ud83d\ude00 \ud83d dog"', "a \N{GRINNING FACE} \ufffd dog"),
        (rb'"a \ude00\ud83d dog"', "a \ufffd\ufffd dog"),
        (b'"a \xff dog"', "a \ufffd dog"),
        (b'"a \xc3\xbc dog"', "a ü dog"),
    ],
)
def test_half_a_character_costs_only_itself(json: bytes, expected: str) -> None:
    body = body_of(page(image(alt="ALT"))).replace(b'"ALT"', json)

    assert pairs(body) == [("http://x.example/dog.jpg", expected)]


def test_half_a_character_in_an_address_is_replaced_too() -> None:
    body = body_of(page(image(url="URL"))).replace(b'"URL"', rb'"/\udc00.jpg"')

    assert pairs(body) == [("http://x.example/%EF%BF%BD.jpg", "a dog")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"Envelope":',
        b"IMG@/src",
        b'{"a":"IMG@/src"',
        b'{"HTML-Metadata" "IMG@/src"}',
        b'{"IMG@/src":' * 5000,
    ],
)
def test_a_record_that_is_no_json_is_a_problem_and_nothing_else(body: bytes) -> None:
    before, after = wat(page(image())), wat(page(image("/cat.jpg", "a cat")))

    found = rows(before + wat(body) + after)

    assert [(row.problem or "").partition(":")[0] for row in found] == ["", "broken record", ""]
    assert (found[1].warc_file, found[1].warc_offset) == ("a.warc.wat.gz", len(before))


@pytest.mark.parametrize(
    "described",
    [
        page(image(), status="404"),
        page(image(), status="301"),
        page(image(), headers={"Content-Type": "application/json"}),
        page(image(), headers={"Content-Type": "image/svg+xml"}),
        {},
        {"Container": 1, "Envelope": [page(image())], "IMG@": 0},
        {"Envelope": {"Payload-Metadata": None}, "IMG@": 0},
        {"Envelope": {"Payload-Metadata": {"HTTP-Response-Metadata": []}}, "IMG@": 0},
    ],
)
def test_what_is_no_html_page_gives_nothing(described: dict[str, object]) -> None:
    assert pairs(described) == []


@pytest.mark.parametrize(
    "described",
    [
        page(image(), status=200),
        page(image(), headers={"Content-Type": "Text/HTML; charset=x"}),
        page(image(), headers={"Content-Type": None, "content-type": "application/xhtml+xml"}),
        page(image(), headers={"Content-Type": ["text/html", "text/plain"]}),
        page(image(), headers={"Content-Type": None}),
        page(image(), head=["Title"]),
        page(image(), head={"Metas": None, "Link": "x", "Title": 5, "Base": {}}),
        page(image(), head={"Metas": {"name": "robots", "content": "all"}, "Link": [None]}),
        page(Links=image()),
    ],
)
def test_the_head_and_the_headers_may_have_other_shapes(described: dict[str, object]) -> None:
    assert pairs(described) == [DOG]


def test_metadata_records_of_a_warc_file_are_no_pages() -> None:
    body = b"via: <img src=/dog.jpg alt='a dog'>\r\n"
    about = record(body, content_type="application/warc-fields", kind="metadata")
    other = record(b'{"pages": []}', content_type="application/json", kind="metadata")
    answer = record(b'{"IMG@/src": "a dog"', content_type="application/json")

    assert rows(about + other + answer) == []


def test_without_the_name_of_the_warc_file_the_rest_is_there() -> None:
    [row] = rows(wat(page(image(), warc=None)))

    assert (row.warc_file, row.warc_offset, row.url) == (None, 93000, DOG[0])


@pytest.mark.parametrize("offset", [None, "", "x", "-1", "9" * 30, "٣", 1.5, True, [1]])
def test_an_offset_that_is_none_is_null(offset: object) -> None:
    described = page(image())
    described["Container"]["Offset"] = offset

    assert [row.warc_offset for row in rows(wat(described))] == [None]


def test_a_date_that_is_none_is_null() -> None:
    described = page(image())
    described["Envelope"]["WARC-Header-Metadata"]["WARC-Date"] = "yesterday"

    assert [row.warc_date for row in rows(wat(described))] == [None]


def test_what_the_page_and_its_server_forbid_is_told() -> None:
    headers = {"x-ROBOTS-tag": ["noai", "noindex"], "TDM-Reservation": "1"}
    metas = [{"name": "robots", "content": "noimageai"}, {"content": 3}, "x"]
    metas += [{"name": "tdm-reservation", "content": "1"}]

    [row] = rows(wat(page(image(), headers=headers, head={"Metas": metas})))

    assert row.opt_out == (
        ("x-robots-tag", "*", "noai"),
        ("x-robots-tag", "*", "noindex"),
        ("tdm-header", "*", "tdm-reservation"),
        ("meta", "*", "noimageai"),
        ("tdm-meta", "*", "tdm-reservation"),
    )


def test_the_licence_is_that_of_the_head_or_of_a_link() -> None:
    in_head = [{"path": "LINK@/href", "rel": "icon", "url": "/i"}]
    in_head += [{"path": "LINK@/href", "rel": "x License", "url": "/cc0?a&amp;b"}]
    in_page = {"path": "A@/href", "rel": "license", "url": "/by"}

    found = rows(wat(page(image(), head={"Link": in_head}), page(in_page, image())))

    assert [row.licence for row in found] == ["http://x.example/cc0?a&b", "http://x.example/by"]


def test_open_graph_is_read_from_the_head_of_a_page_without_images() -> None:
    metas = [{"property": "og:image", "content": "/dog.jpg"}]
    metas += [{"property": "og:title", "content": "a dog"}]
    described = page(head={"Metas": metas}, Links=None)

    assert pairs(described, settings=OG) == [DOG]
    assert pairs(described) == []


def test_other_texts_of_an_image_are_read_where_they_are_wanted() -> None:
    link = image(title="Rex", **{"data-image-title": "rex.jpg", "aria-label": "dog"})
    wanted = Settings(texts=("title", "data-image-title", "aria-label"))

    assert [text for _, text in pairs(page(link), settings=wanted)] == ["Rex", "rex.jpg", "dog"]


@pytest.mark.parametrize(
    ("warc", "alt", "url"),
    [
        ("CC-MAIN-20140820021334-00006-ip-10-180-136-8.ec2.internal.warc.gz", "<b>", "?a&b"),
        (WARC, "<b>", "?a&b"),
        ("SAMPLE-20260105000000-00000.warc.gz", "<b>", "?a&b"),
        (None, "<b>", "?a&b"),
        ("CC-MAIN-20190615202724-20190615224724-00000.warc.gz", "&lt;b&gt;", "?a&amp;b"),
        (LATER, "&lt;b&gt;", "?a&amp;b"),
    ],
)
def test_references_are_replaced_once(warc: str | None, alt: str, url: str) -> None:
    head = {"Title": "&lt;b&gt;", "Base": "http://y.example/&lt;/"}

    [row] = rows(wat(page(image("?a&amp;b", "&lt;b&gt;"), head=head, warc=warc)))

    assert (row.text, row.url_raw, row.page_title) == (alt, url, alt)
    base = "http://y.example/" + ("%3C/" if alt == "<b>" else "&lt;/")
    assert row.url == base + url


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("fish & chips", "fish & chips"),
        ("&amp;&lt;&#38;&#x26;", "&<&&"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("?a=1&copy;=2", "?a=1©=2"),
        ("&copy 2019", "© 2019"),
        ("&copy", "©"),
        ("&copyright", "&copyright"),
        ("&notit;", "&notit;"),
        ("&notin;", "∉"),
        ("&NotEqualTilde;", "≂̸"),
        ("&amp;amp;", "&amp;"),
        ("&nosuch;", "&nosuch;"),
        ("&#0;&#x110000;&#xD800;", "\ufffd\ufffd\ufffd"),
        ("&#128;", "€"),
        ("&#65z&#x41;", "AzA"),
        ("&;&#;&#x;", "&;&#;&#x;"),
        ("&#1;&#x7f;&#xfdd0;", "\x01\x7f\ufdd0"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
    ],
)
def test_references_in_attributes_are_read_as_browsers_read_them(written: str, meant: str) -> None:
    assert decoded(written) == meant
    assert decoded(written) == by_a_browser(written)


PIECES = ["&", "&amp", "copy", "&copy", "&lt", "&gt;", "&notin", "&not", ";", "=", "1", "x", " ",
          "&#", "&#x", "&#65", "é", "&Aacute", "&aacute;", "&#31;", "&#xFFFE;"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_references_are_read_as_lexbor_reads_them(written: str) -> None:
    assert decoded(written) == by_a_browser(written)


def by_a_browser(written: str) -> str | None:
    image = LexborHTMLParser(f'<img alt="{written}">').css_first("img")
    assert image is not None
    return image.attributes["alt"] or ""


def test_a_title_is_read_by_the_rule_for_texts() -> None:
    for title, expected in {"&notit": "¬it", "&#" + "9" * 5000: "\ufffd", "&#1;": None}.items():
        assert rows(wat(page(image(), head={"Title": title})))[0].page_title == expected


def test_a_page_with_too_much_is_a_problem() -> None:
    assert pairs(page(image(), image("/2.jpg")), settings=Settings(max_images_per_page=1)) == [
        DOG,
        ("too many images: 1 left out",),
    ]
    [problem] = pairs(page(image()), settings=Settings(max_page_bytes=100))
    assert problem[0].startswith("page too large: ")


def test_what_stands_before_and_behind_damage_is_read() -> None:
    whole = [wat(page(image(f"/{n}.jpg", f"dog {n}"))) for n in range(4)]
    half = whole[1][: len(whole[1]) // 2]

    found = rows(whole[0] + half + whole[2] + whole[3])

    assert [row.text for row in found if row.text] == ["dog 0", "dog 2", "dog 3"]
    assert [row.warc_offset for row in found if row.problem] == [len(whole[0])]


def test_names_of_wat_files_are_sources(tmp_path: Path) -> None:
    names = ["a.warc.wat.gz", "b.wat", "c.WAT.gz", "d.warc.wat"]
    for name in names:
        (tmp_path / name).write_bytes(b"so damaged that only the name tells what it is")
    (tmp_path / "wat.paths").write_text("d.warc.wat\na.warc.wat.gz\n")

    found = [path for name in names for path in manifest.paths(f"{tmp_path}/{name}")]

    assert found == [f"{tmp_path}/{name}" for name in names]
    listed = manifest.paths(f"{tmp_path}/wat.paths")
    assert listed == [f"{tmp_path}/d.warc.wat", f"{tmp_path}/a.warc.wat.gz"]
