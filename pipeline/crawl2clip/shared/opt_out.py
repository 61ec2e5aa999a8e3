"""Parse the opt-out signals of a page, or of the server of an image.

These are X-Robots-Tag headers and `<meta name="robots">` in the vocabulary of search engines and of
those who train models; and the W3C's TDMRep, "this is not for text and data mining", as header and
as meta.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

# fmt: off
# Directives that forbid something; `none` is short for the first two.
DIRECTIVES = frozenset({
    "noindex", "nofollow", "noai", "noimageai", "noimageindex", "noml",
    "noarchive", "nocache", "nosnippet", "notranslate", "noodp", "noydir",
})
# fmt: on

# What is honoured unless somebody decides otherwise: the four that img2dataset refuses for; noml,
# "no machine learning"; and `none`, for tables that keep the word.
OPT_OUT = frozenset(
    {"noai", "noimageai", "noindex", "noimageindex", "noml", "none", "tdm-reservation"}
)

_EXPANSION = {"none": ("noindex", "nofollow"), "all": (), "index": (), "follow": ()}
_MEANS = {word: (word,) for word in DIRECTIVES} | _EXPANSION

# A directive with a value is no agent's prefix: "max-image-preview: none" shows no picture, but
# do index. Dates have blanks, colons and commas; what of them is left over says nothing.
_VALUED = re.compile(
    r"(?<![\w-])(?:max-(?:snippet|image-preview|video-preview)|unavailable_after)"
    r"\s*+[:=]\s*+[^\s,;]*+"
)

# A word, or the name of an agent. "foo: bar, noai" names nobody: only before a directive is a
# word with a colon an agent, so that an unknown directive with a value hides none after it.
_WORDS = "|".join(_MEANS)
_TOKEN = re.compile(
    rf"(?!(?:{_WORDS})\s*:)([*a-z][^\s,;:=]*+)\s*+:\s*+(?=(?:{_WORDS})(?![^\s,;:=]))"
    r"|([^\s,;:=]++)"
)

# A page repeats its signals in each of its pairs, so they must not grow with what it sends. Servers
# send no more than 8 KiB of headers; as for agents, a list of all known bots has some fifty.
_MOST_CHARS = 8192
_MOST_NAMED = 100

_EVERYBODY = {"", "*", "robots"}

Signal = tuple[str, str, str]


def directives(value: str) -> list[tuple[str, str]]:
    """Return the (agent, directive) pairs of one X-Robots-Tag header or robots meta.

    Both in lower case, in the order given; agent '*' for everybody, directive one of DIRECTIVES.
    "otherbot: noindex, nofollow" names the agent for all that follows. Commas separate; semicolons
    and blanks, which some send, do too. What forbids nothing (`all`, `max-snippet: 10`, unknown
    words) is left out, as is all beyond the first 8192 characters.
    """
    return list(_parsed(value[:_MOST_CHARS]))


@lru_cache(maxsize=1024)  # few values are the web's most: a plugin's default, a million times
def _parsed(value: str) -> tuple[tuple[str, str], ...]:
    agent, found = "*", []
    for name, word in _TOKEN.findall(_VALUED.sub("all", value.lower())):
        agent = name or agent
        found += [(agent, directive) for directive in _MEANS.get(word, ())]
    return tuple(found)


def signals(
    x_robots_tags: Sequence[str],
    tdm_reservation: str | None,
    robots_meta: Sequence[tuple[str, str]],
    tdm_meta: str | None,
) -> list[Signal]:
    """Return (signal, agent, directive) of all that a response states, each once, in order.

    signal: x-robots-tag, meta, tdm-header or tdm-meta. x_robots_tags: a value for each header.
    tdm_reservation, tdm_meta: the value where there is one; 1 is directive tdm-reservation.
    robots_meta: name and content of each <meta name="robots">, or "googlebot" and its like.
    Of the signals to named agents, only the first hundred are returned.
    """
    if not (x_robots_tags or robots_meta or tdm_reservation or tdm_meta):
        return []
    found = dict.fromkeys(_from_headers(x_robots_tags, tdm_reservation))
    found |= dict.fromkeys(_from_metas(robots_meta, tdm_meta))
    named = [signal for signal in found if signal[1] != "*"]
    for signal in named[_MOST_NAMED:]:
        del found[signal]
    return list(found)


def _from_headers(x_robots_tags: Sequence[str], tdm_reservation: str | None) -> Iterator[Signal]:
    for value in x_robots_tags:
        for agent, directive in directives(value):
            yield "x-robots-tag", agent, directive
    if _reserved(tdm_reservation):
        yield "tdm-header", "*", "tdm-reservation"


def _from_metas(robots_meta: Sequence[tuple[str, str]], tdm_meta: str | None) -> Iterator[Signal]:
    for name, content in robots_meta:
        meant = name.strip().lower()
        us = "*" if meant in _EVERYBODY else meant
        for agent, directive in directives(content):
            yield "meta", us if agent == "*" else agent, directive
    if _reserved(tdm_meta):
        yield "tdm-meta", "*", "tdm-reservation"


def _reserved(value: str | None) -> bool:
    return value is not None and "1" in [part.strip() for part in value.split(",")]
