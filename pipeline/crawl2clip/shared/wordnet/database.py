"""Read lemmas and synsets from the files `index.*` and `data.*`.

wndb(5WN) describes the format. A synset is looked up by the number its line starts with, never by
seeking: some packages ship the files with other line ends, and offsets then point nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from crawl2clip.shared.wordnet.morphy import base_forms

FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}  # in the order senses are listed
HYPERNYM = "@"  # "@i", of which a synset is an instance, is another pointer

_EXAMPLE = re.compile(r'".*?"')
_MARKER = re.compile(r"\((?:a|p|ip)\)$")  # where an adjective may stand: "galore(ip)"


@dataclass(frozen=True)
class Synset:
    """Represents one meaning.

    offset: its number, distinct within a part of speech. pos: n, v, a, r, or s for a satellite
    adjective. lemmas: as they are spelt, "_" for a blank, first the one that names the synset.
    gloss: the definition without its examples. hypernyms: offsets in the same part of speech.
    """

    offset: int
    pos: str
    lemmas: tuple[str, ...]
    gloss: str
    hypernyms: tuple[int, ...]

    @property
    def head(self) -> str:
        """Return the first lemma in lower case: what NLTK's `name()` has before its `.n.01`."""
        return self.lemmas[0].lower()


class WordNet:
    """Looks words up in a folder of WordNet's files, each read when first needed.

    All take half a second. The results of `synsets`, their order and the glosses are those of NLTK
    3.10 on the same files.
    """

    def __init__(self, folder: str | Path) -> None:
        """Raise ValueError if the folder lacks one of the files."""
        self._folder = Path(folder)
        for name in FILES.values():
            for file in (f"index.{name}", f"data.{name}", f"{name}.exc"):
                if not (self._folder / file).is_file():
                    raise ValueError(f"{folder} is no WordNet: it has no {file}")

    def synsets(self, word: str, pos: str | None = None) -> list[Synset]:
        """Return the meanings of the word and its base forms, nouns first, each part by frequency.

        word: in any case, its blanks as "_". pos: n, v, a or r; null for all.
        """
        return [
            self.synset(part, offset)
            for part in (FILES if pos is None else (pos,))
            for form in base_forms(word.lower(), part, self._index[part], self._exceptions[part])
            for offset in self._offsets(part, form)
        ]

    def synset(self, pos: str, offset: int) -> Synset:
        """Return the synset of that number; satellites stand under "a" and "s". Raises KeyError."""
        return _parsed(self._data["a" if pos == "s" else pos][offset])

    def hypernyms(self, synset: Synset) -> list[Synset]:
        """Return the synsets right above it, in the order of the file."""
        return [self.synset(synset.pos, offset) for offset in synset.hypernyms]

    def __iter__(self) -> Iterator[Synset]:
        """Yield every synset: nouns, verbs, adjectives, adverbs, each by offset."""
        for pos in FILES:
            yield from map(_parsed, self._data[pos].values())

    def _offsets(self, pos: str, lemma: str) -> list[int]:
        fields = self._index[pos][lemma].split()
        return [int(field) for field in fields[-int(fields[1]) :]]

    @cached_property
    def _index(self) -> dict[str, dict[str, str]]:
        return {
            pos: dict(line.split(" ", 1) for line in self._lines(f"index.{name}"))
            for pos, name in FILES.items()
        }

    @cached_property
    def _data(self) -> dict[str, dict[int, str]]:
        return {
            pos: {int(line[:8]): line for line in self._lines(f"data.{name}")}
            for pos, name in FILES.items()
        }

    @cached_property
    def _exceptions(self) -> dict[str, dict[str, list[str]]]:
        return {
            pos: {words[0]: words[1:] for words in map(str.split, self._lines(f"{name}.exc"))}
            for pos, name in FILES.items()
        }

    def _lines(self, name: str) -> Iterator[str]:
        """Yield the file's lines but those of the licence, which start with a blank."""
        with (self._folder / name).open(encoding="utf-8") as file:
            yield from (line for line in file if line.strip() and not line.startswith(" "))


def _parsed(line: str) -> Synset:
    """Parse a line `offset file pos count [lemma id]... count [pointer]... | gloss`."""
    columns, _, gloss = line.partition("|")
    offset, _, pos, count, *fields = columns.split()
    words = 2 * int(count, 16)
    pointers = fields[words + 1 : words + 1 + 4 * int(fields[words])]
    return Synset(
        int(offset),
        pos,
        tuple(_MARKER.sub("", lemma) for lemma in fields[:words:2]),
        _EXAMPLE.sub("", gloss).strip().strip("; "),
        tuple(
            int(target)
            for symbol, target in zip(pointers[::4], pointers[1::4], strict=True)
            if symbol == HYPERNYM
        ),
    )
