"""Header lines of records and answers, sound and mutated."""

import random

from tests.fuzz import blind
from tests.fuzz.corpus import seeds

_FIRST = (b"WARC/1.0", b"HTTP/1.1 200 OK", b"HTTP/1.0 404 ", b"WARC/1.1 ", b" x", b"")
_NAMES = (
    *(b"Content-Length", b"content-type", b"WARC-Type", b"WARC-Date", b"WARC-Target-URI"),
    *(b"WARC-Record-ID", b"Transfer-Encoding", b"Content-Encoding", b"X-Robots-Tag", b"X"),
    *(b"TDM-Reservation", b"Content-Length ", b"", b"content_type"),
)
_VALUES = (
    b"",
    b" ",
    b" 12",
    b"text/html",
    b" a: b ",
    b"\t1",
    b" \xe9",
    b" <urn:x>",
    b" \x7f",
    b"~",
)
_ENDS = (b"\r\n", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n ")


def head(seed: int, number: int) -> bytes:
    """The headers of that number."""
    chance = random.Random(f"head {seed} {number}")
    lines = [chance.choice(_FIRST)]
    for name in chance.sample(_NAMES, chance.randrange(8)):
        lines.append(name + chance.choice((b":", b":", b":", b"")) + chance.choice(_VALUES))
    is_sound = chance.random() < 0.5
    found = b"".join(line + (b"\r\n" if is_sound else chance.choice(_ENDS)) for line in lines)
    found += b"\r\n"
    for _ in range(chance.choice((0, 0, 1, 2))):
        found = blind.mutated(chance, found, seeds("head"))
    return found
