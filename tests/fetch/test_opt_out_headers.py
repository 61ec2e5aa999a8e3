from email.message import Message

import pytest

from crawl2clip.fetch.http.opt_out_headers import objection


def headers(*fields: tuple[str, str]) -> Message:
    message = Message()
    for name, value in fields:
        message[name] = value
    return message


def robots_tags(*values: str) -> Message:
    return headers(*(("X-Robots-Tag", value) for value in values))


def test_headers_object_by_robots_tag_or_by_text_and_data_mining_reservation() -> None:
    assert objection(robots_tags("noai"), None) == "X-Robots-Tag noai"
    assert objection(robots_tags("nofollow", "noarchive, noml"), None) == "X-Robots-Tag noml"
    assert objection(robots_tags("none"), None) == "X-Robots-Tag noindex"
    assert objection(headers(("tdm-reservation", " 1 ")), None) == "TDM-Reservation 1"
    reserved = headers(("TDM-Reservation", "0"), ("TDM-Reservation", "1"))
    assert objection(reserved, None) == "TDM-Reservation 1", "of two headers one is enough"


def test_headers_that_do_not_object() -> None:
    assert objection(headers(), "ourbot") is None
    assert objection(headers(("TDM-Reservation", "0")), None) is None
    assert objection(robots_tags("nofollow", "all", "max-image-preview: none"), None) is None


@pytest.mark.parametrize(
    ("value", "user_agent", "directive"),
    [
        ("ourbot: noai", "OurBot ", "noai"),
        ("OURBOT:nofollow, noai", "ourbot", "noai"),
        ("otherbot: noai, ourbot: nofollow, noindex", "ourbot", "noindex"),
        ("ourbot: noai", None, None),
        ("ourbotx: noai", "ourbot", None),
        ("otherbot: noindex, nofollow", "ourbot", None),
        ("*: noai", "ourbot", "noai"),
        ("noai", "ourbot", "noai"),
    ],
)
def test_rules_for_an_agent_are_for_that_agent(
    value: str, user_agent: str | None, directive: str | None
) -> None:
    expected = f"X-Robots-Tag {directive}" if directive else None

    assert objection(robots_tags(value), user_agent) == expected
