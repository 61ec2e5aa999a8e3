"""The fast way through WAT records against the general one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.extract.html.page_collector import collect_content
from crawl2clip.extract.html.page_model import PageContent
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.wat.wat_events import events_of
from crawl2clip.extract.wat.wat_fast_path import fast_path_content, is_enough
from crawl2clip.extract.wat.wat_schema import Html, parse_record
from tests.extract.wat_files import Json, body_of, image, page, pairs

TEXT = st.sampled_from(
    ["a  dog", " ", "&amp;amp;", "a \u00a0dog", "&copy=1", "\U0001f600", "", None]
)
URL = st.sampled_from(
    ["/d.jpg", "a&amp;b", "//[", "/blank.gif", " data:x", "about:blank", "", None]
)
IMAGES = st.fixed_dictionaries(
    {"path": st.just("IMG@/src"), "url": URL, "alt": TEXT}, optional={"title": TEXT}
)
LINKS = st.fixed_dictionaries(
    {
        "path": st.sampled_from(["A@/href", "LINK@/href", "AREA@/href", "STYLE/#text"]),
        "url": URL,
        "rel": st.sampled_from(["License", "x license", "licenses", None]),
    }
)
METAS = st.fixed_dictionaries(
    {"name": st.sampled_from(["robots", "tdm-reservation", "description", "G&#111;oglebot", None])},
    optional={"content": TEXT, "property": st.just("og:title")},
)
HEADS = st.fixed_dictionaries(
    {"Metas": st.lists(METAS, max_size=4), "Link": st.lists(LINKS, max_size=2)},
    optional={"Base": URL, "Title": TEXT},
)
SETTINGS = [
    Settings(),
    Settings(texts=("alt", "title", "figcaption", "link_text")),
    Settings(texts=("title",), images=("lazy", "link")),
    Settings(max_images_per_page=2),
]


def both(
    record: bytes, is_decoded: bool, settings: Settings
) -> tuple[PageContent | None, PageContent]:
    """By the fast way, None if it does not take the record; and by the general one."""
    fast, general = parse_record(record, True), parse_record(record, False)
    assert (fast.container, fast.warc, fast.http) == (general.container, general.warc, general.http)
    assert fast.status == general.status
    assert isinstance(general.html, dict)
    given = fast.html
    usual = fast_path_content(given, is_decoded, settings) if isinstance(given, Html) else None
    return usual, collect_content(events_of(general.html, is_decoded), settings)


@given(
    st.lists(IMAGES | LINKS, max_size=8),
    HEADS,
    st.booleans(),
    st.booleans(),
    st.sampled_from(SETTINGS),
)
def test_both_ways_find_the_same(
    links: list[Json], head: Json, is_ascii: bool, is_decoded: bool, settings: Settings
) -> None:
    record = json.dumps(page(*links, head=head), ensure_ascii=is_ascii)

    usual, expected = both(record.encode(), is_decoded, settings)

    if usual is None:
        assert len(links) >= settings.max_images_per_page
    else:
        assert usual == expected


@pytest.mark.parametrize(
    "described",
    [
        page(image(width="1", height="1")),
        page(image(alt=["a dog"])),
        page(image(url=5), image()),
        page({"path": "IMG@/data-src", "url": "/d.jpg", "alt": "a dog"}),
        page({"path": "NOBODY@/knows", "url": "/d.jpg"}, image()),
        page({"url": "/d.jpg"}, image()),
        page(image(), head={"Metas": {"name": "robots", "content": "noai"}}),
        page(image(), head={"Title": 5}),
        page(Links=image()),
    ],
)
def test_what_has_another_shape_is_left_to_the_general_way(described: Json) -> None:
    usual, _ = both(body_of(described), False, Settings())

    assert usual is None


@pytest.mark.parametrize(
    "record",
    [
        body_of(page(image(alt="a dog"))).replace(b"a dog", b"a dog \xff"),
        body_of(page(image(alt="a dog"))).replace(b"a dog", b"a dog \\ud800"),
    ],
)
def test_half_a_character_is_left_to_the_general_way(record: bytes) -> None:
    assert both(record, True, Settings())[0] is None
    assert [pair[1] for pair in pairs(record)] == ["a dog \ufffd"]


def test_the_order_of_keys_and_the_last_of_equal_ones_count() -> None:
    record = body_of(page(image())).replace(b'"alt"', b'"alt": "x", "url": "/x", "alt"', 1)
    record = record.replace(b'{"path": "IMG@/src", ', b"{").replace(
        b'"a dog"}', b'"a dog", "path": "IMG@/src"}'
    )

    usual, expected = both(record, True, Settings())

    assert usual == expected
    assert [(i.links[0].href, i.texts) for i in expected.images] == [("/x", (("alt", "a dog"),))]


def test_social_images_are_left_to_the_general_way() -> None:
    assert is_enough(Settings(images=("src", "json_ld")))
    assert not is_enough(Settings(images=("src", "og")))
    assert not is_enough(Settings(images=("twitter",)))
