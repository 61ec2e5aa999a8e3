"""Interpret the robots.txt protocol (RFC 9309) for given user agents."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from protego import Protego

# Google reads no more; the RFC (2.5) asks for at least as much.
MOST_BYTES = 500 << 10

# Accepts the misspellings that Protego accepts, and is as lenient about the colon.
_LINE = re.compile(
    r"(user[- ]?agent|allow|diss?all?ow|disallaw|diasllow|crawl[- ]delay|request[- ]rate"
    r"|visit[- ]time|site-?maps?|host)(?:\s*:\s*|\s+|$)(.*)",
    re.IGNORECASE,
)


def our_rules(body: bytes, agents: Sequence[str]) -> str:
    """Return the groups of a robots.txt that apply to the agents; '' if all may fetch everything.

    agents: in lower case. A site may list ten thousand robots and as many rules for all of them,
    which a parser multiplies, so groups for others are removed before parsing.
    """
    kept, speaks_to_us, is_ruled, forbids = [], False, True, False
    for line in _text(body).splitlines():
        field, value = _directive(line)
        if field == "User-agent":
            # The first name after a rule opens a new group.
            speaks_to_us, is_ruled = speaks_to_us and not is_ruled, False
            if _is_one_of_us(value.lower(), agents):
                speaks_to_us = True
                kept.append(f"{field}: {value}")
        elif field:
            is_ruled = True
            if speaks_to_us:
                kept.append(f"{field}: {value}")
                forbids |= field == "Disallow" and value != ""
    return "\n".join(kept) if forbids else ""


def allows(rules: str, agents: Sequence[str], url: str) -> bool:
    """Return whether all agents may fetch the URL. An invalid URL is allowed."""
    parsed = _parsed(rules)
    try:
        return all(parsed.can_fetch(url, agent) for agent in agents)
    except ValueError:  # "http://[oops"
        return True


def _text(body: bytes) -> str:
    """Decode the first MOST_BYTES of a body. Some servers compress it regardless of the request."""
    if body.startswith(b"\x1f\x8b"):
        try:
            body = zlib.decompressobj(31).decompress(body, MOST_BYTES)
        except zlib.error:
            return ""
    return body[:MOST_BYTES].decode("utf-8-sig", "replace")


def _directive(line: str) -> tuple[str, str]:
    """Return the field of a line (User-agent, Allow, Disallow or '' for none) and its value.

    Any other line of a group counts as an empty Disallow: it separates the agents before it from
    those after it. Sitemap and Host belong to no group.
    """
    line = line.partition("#")[0].strip()
    found = _LINE.match(line)
    if not found:
        return ("Disallow", "") if ":" in line else ("", "")
    field, value = found[1].lower(), found[2]
    if field.startswith("user"):
        return "User-agent", value
    if field.startswith(("site", "host")):
        return "", ""
    if field == "allow" or field.startswith("di"):
        return ("Allow" if field == "allow" else "Disallow"), value
    return "Disallow", ""


def _is_one_of_us(name: str, agents: Sequence[str]) -> bool:
    """Return whether a group of that name may apply to one of the agents; Protego decides."""
    if name == "*":
        return True
    bare = name.replace("*", "")
    return bare != "" and any(bare in agent for agent in agents)


@lru_cache(maxsize=256)  # one that is 500 KiB of rules takes some MB when parsed
def _parsed(rules: str) -> Protego:
    from protego import Protego

    return Protego.parse(rules)
