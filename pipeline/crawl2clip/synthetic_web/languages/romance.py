"""Write French, Spanish and Portuguese captions, whose adjectives follow and agree with nouns."""

from collections.abc import Callable
from random import Random

from crawl2clip.synthetic_web.languages.base import Table, joined, number, tell_size, tell_texture
from crawl2clip.synthetic_web.scenes import Group

# Gender, singular, plural.
Nouns = Table
# Masculine and feminine singular, then masculine and feminine plural.
Adjectives = Table


def invariable(word: str) -> tuple[str, ...]:
    """Return the forms of an adjective that never changes, such as 'orange' in French."""
    return (word,) * 4


def like_o(stem: str) -> tuple[str, ...]:
    """Return the forms of an adjective such as 'rojo' and 'vermelho'."""
    return tuple(stem + ending for ending in ("o", "a", "os", "as"))


def like_e(singular: str, plural: str) -> tuple[str, ...]:
    """Return the forms of an adjective with one form for both genders, such as 'verde'."""
    return singular, singular, plural, plural


def thing(
    nouns: Nouns, adjectives: Adjectives, ones: tuple[str, str], numbers: tuple[str, ...]
) -> Callable[[Group, Random], str]:
    """Return the phrase maker of a language; ones: its words for one, masculine and feminine."""

    def phrase(group: Group, random: Random) -> str:
        gender, singular, plural = nouns[group.shape]
        form = (gender == "f") + 2 * (group.count > 1)
        size = adjectives[group.size][form] if tell_size(group, random) else ""
        texture = adjectives[group.texture][form] if tell_texture(group, random) else ""
        words = (ones[gender == "f"], *_gendered(numbers, gender))
        noun = plural if group.count > 1 else singular
        ahead, behind = (size, "") if "grand" in adjectives["large"] else ("", size)
        count = number(group.count, words, random)
        return joined(count, ahead, noun, behind, adjectives[group.colour][form], texture)

    return phrase


def _gendered(numbers: tuple[str, ...], gender: str) -> list[str]:
    """Return of each number such as 'dois/duas' the form that agrees."""
    return [word.split("/")[-1 if gender == "f" else 0] for word in numbers]
