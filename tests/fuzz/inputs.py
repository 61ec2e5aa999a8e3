"""The inputs by their kind, seed and number, and what is checked of each."""

from tests.fuzz.archives import archive
from tests.fuzz.checks import CHECKS, WAYS
from tests.fuzz.heads import head
from tests.fuzz.pages import page

KINDS = {"page": page, "head": head, "archive": archive}
# Which kinds a half of the time goes to, in turns.
HALVES = {"pages": ("page", "page", "page", "page", "head"), "archives": ("archive",)}


def made(half: str, seed: int, number: int) -> tuple[str, bytes]:
    """The kind of the input, and its bytes."""
    kinds = HALVES[half]
    kind = kinds[number % len(kinds)]
    return kind, KINDS[kind](seed, number)


def trouble(kind: str, data: bytes, number: int | None = None) -> str | None:
    """What is wrong, if anything, whatever is raised; read in one way, or without number in all."""
    ways = WAYS if number is None else (WAYS[number % len(WAYS)],)
    for way in ways:
        try:
            found = CHECKS[kind](data, way)
        except BaseException as error:  # a decoder's panic is no Exception
            found = f"raises {type(error).__name__}: {error}"
        if found:
            return f"{way}: {found}"
    return None
