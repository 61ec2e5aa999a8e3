"""Define what a language provides: phrases for groups, grounds and places, and templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from crawl2clip.synthetic_web.scenes import Group

# Of a noun: gender, then the forms its language has. Of an adjective: its forms.
Table = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Language:
    """Provides the phrases of a language.

    thing: 'three striped red stars'. on: 'on a blue ground'. Both may use synonyms at random.
    one: templates with {thing}, and {on} or {at} or neither. row and column: templates with
    {a} and {b}, where a is left of b, or above it. words: those of a language without spaces,
    whose captions cannot be split to get them.
    """

    code: str
    thing: Callable[[Group, Random], str]
    on: Callable[[str, Random], str]
    places: dict[str, tuple[str, ...]]
    one: tuple[str, ...]
    row: tuple[str, ...]
    column: tuple[str, ...]
    full_stop: str = "."
    words: tuple[str, ...] = ()


def tell_size(group: Group, random: Random) -> bool:
    """Return whether to call a shape small or large: only if it is, and then mostly."""
    return group.count == 1 and group.size != "medium" and random.random() < 0.8


def tell_texture(group: Group, random: Random) -> bool:
    """Return whether to mention the texture: only if there is one, and then mostly."""
    return group.texture != "plain" and random.random() < 0.85


def number(count: int, words: tuple[str, ...], random: Random) -> str:
    """Return the count as a word, or now and then in digits; words[0] stands for one."""
    return str(count) if count > 1 and random.random() < 0.2 else words[count - 1]


def joined(*words: str) -> str:
    """Join the words that are not empty with single spaces."""
    return " ".join(word for word in words if word)
