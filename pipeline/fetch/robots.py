"""Whether the owner of an image says, in the response's headers, not to take it."""

import re
from collections.abc import Iterable
from email.message import Message

# img2dataset refuses the first four by default. noml is Yandex's and others' word for the same;
# none is short for noindex, nofollow.
DIRECTIVES = frozenset({"noai", "noimageai", "noindex", "noimageindex", "noml", "none"})

# Directives with a value after a colon, which is no agent's prefix: "max-image-preview: none".
_VALUED = {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"}

# "25-Jun-10 15" of a date's "15:00:00" is none.
_AGENT = re.compile(r"\*|[a-z][^\s;=]*")


def opts_out(
    header_values: Iterable[str], user_agent: str | None, directives: frozenset[str] = DIRECTIVES
) -> str | None:
    """The first of the directives that X-Robots-Tag headers hold for us; None if there is none.

    An agent's name ("otherbot: noindex, nofollow") goes for what follows it in the same header;
    without one, and for `*`, everybody is meant. user_agent: our name, as such a header would
    have it. Case does not matter. Commas separate; semicolons and blanks, which some servers
    send, do too.
    """
    us = {"*", user_agent.strip().lower() if user_agent else "*"}
    for value in header_values:
        found = _directive(value.lower(), us, directives)
        if found:
            return found
    return None


def _directive(value: str, us: set[str], directives: frozenset[str]) -> str | None:
    agent = "*"
    for piece in value.split(","):
        name, colon, rest = (part.strip() for part in piece.partition(":"))
        if colon and name in _VALUED:
            words = rest.split()[1:]
        elif colon and name not in directives and _AGENT.fullmatch(name):
            agent, words = name, re.split(r"[\s;]+", rest)
        else:
            words = re.split(r"[\s;:]+", piece)
        found = next((word for word in words if word in directives), None)
        if found and agent in us:
            return found
    return None


def objection(headers: Message, user_agent: str | None) -> str | None:
    """What the headers of an image say against taking it: X-Robots-Tag, or the W3C's TDMRep."""
    directive = opts_out(headers.get_all("X-Robots-Tag", []), user_agent)
    if directive:
        return f"X-Robots-Tag {directive}"
    if any(value.strip() == "1" for value in headers.get_all("TDM-Reservation", [])):
        return "TDM-Reservation 1"
    return None
