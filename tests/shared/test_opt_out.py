import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.shared.opt_out import DIRECTIVES, OPT_OUT, directives, signals

# What a header says to everybody, of what is honoured.
EVERYBODY: list[tuple[str, set[str]]] = [
    ("noai", {"noai"}),
    (" NoImageAI ", {"noimageai"}),
    ("nofollow, noindex", {"noindex"}),
    ("none", {"noindex"}),
    ("noml", {"noml"}),
    ("noai, noimageai", {"noai", "noimageai"}),
    ("max-snippet: 10, noindex", {"noindex"}),
    ("noindex, max-snippet:20", {"noindex"}),
    ("noai, max-image-preview:large", {"noai"}),
    ("max-video-preview : -1 , noai", {"noai"}),
    ("unavailable_after: 25 Jun 2010 15:00:00 PST, noai", {"noai"}),
    ("unavailable_after: Saturday, 25-Jun-10 15:00:00 PST, noai", {"noai"}),
    ("unavailable_after: 2010-06-25T15:00:00+02:00, noai", {"noai"}),
    ("noai, unavailable_after: 25 Jun 2010 15:00:00 PST", {"noai"}),
    ("noindex, otherbot: nofollow", {"noindex"}),
    ("otherbot: nofollow, *: noimageindex", {"noimageindex"}),
    ("*: noai", {"noai"}),
    ("nofollow;noindex", {"noindex"}),
    ("max-snippet: 10;noindex", {"noindex"}),
    ("nofollow noai", {"noai"}),
    ("max-snippet: 10 noindex", {"noindex"}),
    ("index max-snippet:-1 max-image-preview: none", set()),
    ("noindex: true", {"noindex"}),
    ("noindex=1", {"noindex"}),
    ("nofollow: noai", {"noai"}),  # no agent is called like a directive
    ("foo: bar, noai", {"noai"}),  # an unknown directive with a value is no agent's prefix
    ("tdm-reservation: 1, noai", {"noai"}),
    ("", set()),
    (",, ,", set()),
    (":", set()),
    ("all", set()),
    ("index, follow", set()),
    ("nofollow, noarchive", set()),
    ("max-image-preview: none", set()),  # a preview of none, but do index
    ("max-image-preview:none, max-snippet:-1", set()),
    ("unavailable_after: 25 Jun 2010 15:00:00 PST", set()),
    ("otherbot: noindex, nofollow", set()),
    ("otherbot: nofollow, noindex", set()),
    ("otherbot: max-snippet: 10, noindex", set()),
    ("otherbot: noindex, thirdbot: noai", set()),
    ("nofollow otherbot: noai", set()),
    ("noaix, xnoai, no-ai", set()),
    ("İnoai\x00\ud800", set()),
]


@pytest.mark.parametrize(("value", "honoured"), EVERYBODY)
def test_what_is_said_to_everybody(value: str, honoured: set[str]) -> None:
    said = {directive for agent, directive in directives(value) if agent == "*"}

    assert said & OPT_OUT == honoured


def test_all_is_told_in_order_with_the_agent_it_is_said_to() -> None:
    assert directives("googlebot: noindex, nofollow, OtherBot : none; *: noai") == [
        ("googlebot", "noindex"),
        ("googlebot", "nofollow"),
        ("otherbot", "noindex"),
        ("otherbot", "nofollow"),
        ("*", "noai"),
    ]
    assert directives("mozilla/5.0: noai") == [("mozilla/5.0", "noai")]
    assert directives("noai, googlebot: all, noarchive") == [
        ("*", "noai"),
        ("googlebot", "noarchive"),
    ]


def test_none_is_both_and_all_is_nothing() -> None:
    assert directives("NONE") == [("*", "noindex"), ("*", "nofollow")]
    assert directives("all") == []


def test_only_the_start_of_a_value_is_read() -> None:
    assert directives("x," * 4090 + "noai") == [("*", "noai")]
    assert directives("x," * 5000 + "noai") == []


def test_signals_say_where_they_stood_each_once() -> None:
    found = signals(
        ["noai, NOAI", "otherbot: none", "noai"],
        " 1 ",
        [("robots", "noindex, noindex"), ("GoogleBot", "noimageai"), ("*", "noml")],
        "1",
    )

    assert found == [
        ("x-robots-tag", "*", "noai"),
        ("x-robots-tag", "otherbot", "noindex"),
        ("x-robots-tag", "otherbot", "nofollow"),
        ("tdm-header", "*", "tdm-reservation"),
        ("meta", "*", "noindex"),
        ("meta", "googlebot", "noimageai"),
        ("meta", "*", "noml"),
        ("tdm-meta", "*", "tdm-reservation"),
    ]


def test_an_agent_goes_for_the_rest_of_its_own_header_alone() -> None:
    assert signals(["otherbot: nofollow", "noai"], None, [], None) == [
        ("x-robots-tag", "otherbot", "nofollow"),
        ("x-robots-tag", "*", "noai"),
    ]


def test_a_meta_that_names_an_agent_in_its_content_speaks_to_that_one() -> None:
    assert signals([], None, [("robots", "otherbot: noai"), ("", "noml")], None) == [
        ("meta", "otherbot", "noai"),
        ("meta", "*", "noml"),
    ]


@pytest.mark.parametrize(
    ("value", "is_reserved"),
    [("1", True), ("0, 1", True), ("0", False), ("", False), ("10", False), ("true", False)],
)
def test_text_and_data_mining_is_reserved_by_a_one(value: str, is_reserved: bool) -> None:
    reserved = ("*", "tdm-reservation")

    assert signals([], value, [], None) == [("tdm-header", *reserved)] * is_reserved
    assert signals([], None, [], value) == [("tdm-meta", *reserved)] * is_reserved


def test_a_page_that_says_nothing_has_no_signals() -> None:
    assert signals([], None, [], None) == []
    assert signals([""], "", [("robots", "index, follow, max-image-preview:large")], "0") == []


def test_a_page_that_names_ten_thousand_robots_is_heard_in_what_it_says_to_all() -> None:
    metas = [(f"bot{number}", "noai") for number in range(10_000)]

    found = signals(["noml"], None, [*metas, ("robots", "noindex")], None)

    assert len(found) == 102
    assert {("x-robots-tag", "*", "noml"), ("meta", "*", "noindex")} <= set(found)
    assert found[1:101] == [("meta", f"bot{number}", "noai") for number in range(100)]


def test_what_is_honoured_can_be_said() -> None:
    assert {"none", "tdm-reservation"} == OPT_OUT - DIRECTIVES


OTHERS = [*("none", "all", "googlebot:", "*:", "max-snippet:10", "unavailable_after:"), *":;,=1"]
words = st.sampled_from([*sorted(DIRECTIVES), *OTHERS])
values = st.one_of(
    st.text(), st.lists(words).map(" ".join), st.lists(words).map(",".join), st.from_regex(r".*:.*")
)


@given(st.lists(values, max_size=3), values, st.lists(st.tuples(values, values), max_size=3))
def test_nothing_that_is_sent_raises(
    headers: list[str], tdm: str, metas: list[tuple[str, str]]
) -> None:
    found = signals(headers, tdm, metas, tdm)

    assert len(found) == len(set(found))
    assert {directive for _, _, directive in found} <= DIRECTIVES | {"tdm-reservation"}


@given(values, st.sampled_from(sorted(DIRECTIVES)))
def test_another_directive_takes_none_away(value: str, more: str) -> None:
    before = directives(value)

    assert directives(f"{value}, {more}")[: len(before)] == before
    assert set(directives(f"{more}, {value}")) == {("*", more), *before}


@given(values)
def test_case_does_not_matter(value: str) -> None:
    ascii_only = value.encode("ascii", "ignore").decode()

    assert directives(ascii_only.upper()) == directives(ascii_only)
