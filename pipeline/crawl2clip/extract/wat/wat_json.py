"""Coerce JSON of any shape to the wanted types, and decode attribute values."""

import json
import re
from html import unescape
from html.entities import html5
from typing import Any

from crawl2clip.extract.archives.page import PageError

Object = dict[str, Any]

_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_REFERENCE = re.compile(
    r"&(?:#(\d+|[xX][0-9a-fA-F]+);?|([a-zA-Z][a-zA-Z0-9]*+(?:;|(?!=))))", re.ASCII
)
_LONGEST_DETAIL = 200
# Python refuses to read a number with thousands of digits.
_MOST_DIGITS = 1_000


def parsed(record: bytes) -> object:
    """Parse the JSON; bytes that are not UTF-8, and lone surrogates, become U+FFFD.

    Raises PageError if it is malformed.
    """
    import orjson

    try:
        return orjson.loads(record)
    except orjson.JSONDecodeError:
        pass  # it is strict, and one odd string is no reason to lose a page
    try:
        return json.loads(record.decode("utf-8", "replace"), object_hook=_without_surrogates)
    except (ValueError, RecursionError) as error:
        raise PageError(f"broken record: {error}"[:_LONGEST_DETAIL]) from error


def object_of(value: object) -> Object:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Object]:
    """Return the objects in a list, or the only one."""
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, dict)]


def text_of(value: object) -> str | None:
    """Return the value if it is a string, else None."""
    return value if isinstance(value, str) else None


def whole_of(value: object) -> int | None:
    """Return the non-negative integer, which may be written as a string, or None."""
    return int(str(value)) if _NUMBER.fullmatch(str(value)) else None


def decoded(value: str) -> str:
    """Replace the character references in a value by the rule for attributes.

    It is stricter than the rule for texts, which `html.unescape` follows: '?a=1&copy=2' and
    '&notit' hold no reference, for no semicolon ends it, but '=' or a letter follows.

    https://html.spec.whatwg.org/multipage/parsing.html#named-character-reference-state
    """
    return _REFERENCE.sub(_character, value) if "&" in value else value


def decoded_text(value: str) -> str:
    """Replace the character references by the rule for texts, in as much as makes a title."""
    return unescape(value[:_MOST_DIGITS])


def _character(reference: re.Match[str]) -> str:
    number, name = reference.groups()
    if name:
        return html5.get(name, reference[0])
    if len(number) > _MOST_DIGITS:
        return "\ufffd"
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    return unescape(reference[0]) or chr(code)  # it gives nothing for control characters


def _without_surrogates(value: Object) -> Object:
    return {_whole(key): _whole(one) if isinstance(one, str) else one for key, one in value.items()}


def _whole(text: str) -> str:
    return _SURROGATE.sub("\ufffd", text)
