from email.message import Message

import pytest

from pipeline.fetch.robots import objection, opts_out

EVERYBODY = [
    ("noai", "noai"),
    (" NoImageAI ", "noimageai"),
    ("nofollow, noindex", "noindex"),
    ("none", "none"),
    ("noml", "noml"),
    ("max-snippet: 10, noindex", "noindex"),
    ("noindex, max-snippet:20", "noindex"),
    ("noai, max-image-preview:large", "noai"),
    ("max-video-preview : -1 , noai", "noai"),
    ("unavailable_after: 25 Jun 2010 15:00:00 PST, noai", "noai"),
    ("unavailable_after: Saturday, 25-Jun-10 15:00:00 PST, noai", "noai"),
    ("unavailable_after: 2010-06-25T15:00:00+02:00, noai", "noai"),
    ("noindex, otherbot: nofollow", "noindex"),
    ("otherbot: nofollow, *: noimageindex", "noimageindex"),
    ("*: noai", "noai"),
    ("nofollow;noindex", "noindex"),
    ("nofollow noai", "noai"),
    ("max-snippet: 10 noindex", "noindex"),
    ("noindex: true", "noindex"),
    ("", None),
    (",, ,", None),
    (":", None),
    ("all", None),
    ("nofollow, noarchive", None),
    ("max-image-preview: none", None),  # a preview of none, but do index
    ("max-image-preview:none, max-snippet:-1", None),
    ("unavailable_after: 25 Jun 2010 15:00:00 PST", None),
    ("otherbot: noindex, nofollow", None),
    ("otherbot: noindex, thirdbot: noai", None),
    ("noaix, xnoai", None),
]


@pytest.mark.parametrize(("value", "directive"), EVERYBODY)
def test_rules_for_everybody(value: str, directive: str | None) -> None:
    assert opts_out([value], None) == directive
    assert opts_out(["nofollow", value], "ourbot") == directive


def test_rules_for_an_agent_are_for_that_agent() -> None:
    assert opts_out(["ourbot: noai"], "OurBot ") == "noai"
    assert opts_out(["OURBOT:nofollow, noai"], "ourbot") == "noai"
    assert opts_out(["otherbot: noai, ourbot: nofollow, noindex"], "ourbot") == "noindex"
    assert opts_out(["ourbot: noai"], None) is None
    assert opts_out(["ourbotx: noai"], "ourbot") is None
    assert opts_out(["otherbot: nofollow", "noai"], None) == "noai", "a header of its own"


def test_only_the_directives_asked_for_count() -> None:
    assert opts_out(["noindex, noai"], None, frozenset({"noai"})) == "noai"
    assert opts_out(["noindex"], None, frozenset({"noai"})) is None


def test_headers_object_by_robots_tag_or_by_text_and_data_mining_reservation() -> None:
    def headers(**values: str) -> Message:
        message = Message()
        for name, value in values.items():
            message[name.replace("_", "-")] = value
        return message

    assert objection(headers(x_robots_tag="noai"), None) == "X-Robots-Tag noai"
    assert objection(headers(tdm_reservation=" 1 "), None) == "TDM-Reservation 1"
    assert objection(headers(tdm_reservation="0"), None) is None
    assert objection(headers(), None) is None
