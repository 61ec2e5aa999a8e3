"""Find the terms of a dictionary in many texts at once, the longest first.

A term of several words is a path through a trie whose nodes are numbers: those below `len(words)`
are first words, and a longer prefix is looked up by its code, prefix * len(words) + next word,
in a sorted array. A batch of texts walks it in numpy, all places at the same time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from crawl2clip.enrich.terms.word_tokenizer import BREAK, tokens

Ints = NDArray[np.int64]

_NO_WORD = -1
_BREAK = -2
_REMEMBERED = 200_000


@dataclass(frozen=True)
class TermHits:
    """Holds terms in texts: text `rows[i]` has term `ids[i]`; by row, then in the text's order."""

    rows: Ints
    ids: Ints

    def rarest(self, rank: Ints, most: int) -> "TermHits":
        """Return the terms of lowest rank of each text, each once, in this order, at most `most`.

        rank: of each term by its id, all different.
        """
        codes = distinct(self.rows * len(rank) + rank[self.ids])  # by row, then by rank
        rows = codes // max(1, len(rank))
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        kept = codes[place < most]
        term_at = np.empty_like(rank)
        term_at[rank] = np.arange(len(rank))
        return TermHits(rows[place < most], term_at[kept % max(1, len(rank))])

    def lists(self, texts: int) -> pa.ListArray:
        """Return a list of ids for each of so many texts."""
        starts = np.searchsorted(self.rows, np.arange(texts + 1))
        return pa.ListArray.from_arrays(starts.astype(np.int32), self.ids.astype(np.int32))


class _Numbers(dict[bytes, int]):
    """Caches the numbers of recent words.

    A few thousand of them make up most of all texts, and a small table stays in the processor's
    cache, where that of all words does not fit.
    """

    def __init__(self, numbers: Mapping[bytes, int]) -> None:
        self._all = numbers

    def __missing__(self, word: bytes) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        number = self[word] = self._all.get(word, _NO_WORD)
        return number


class Terms:
    """Finds a dictionary's terms. 500,000 take a second to build and 80 MB."""

    def __init__(self, keys: Sequence[str], ids: Ints) -> None:
        """Build the trie. keys: of `word_tokenizer.key`, distinct, not empty. ids: theirs."""
        split = [key.encode().split() for key in keys]
        number = {word: n for n, word in enumerate(dict.fromkeys(w for k in split for w in k))}
        self._size = len(number)
        lengths = np.array([len(key) for key in split], np.int64)
        flat = np.array([number[word] for key in split for word in key], np.int64)
        starts = np.cumsum(lengths) - lengths
        self._levels: list[Ints] = []  # of beginnings of 2, 3, ... words: codes, sorted
        term_of = [np.full(self._size, -1, np.int64)]
        nodes, alive = flat[starts], np.arange(len(split))
        term_of[0][nodes[lengths == 1]] = ids[lengths == 1]
        first = self._size  # number of the first node of the level
        for depth in range(1, max(lengths, default=0)):
            longer = lengths[alive] > depth
            alive = alive[longer]
            codes = nodes[longer] * self._size + flat[starts[alive] + depth]
            level, places = np.unique(codes, return_inverse=True)
            nodes = first + places
            term_of.append(np.full(len(level), -1, np.int64))
            ends = lengths[alive] == depth + 1
            term_of[-1][places[ends]] = ids[alive[ends]]
            self._levels.append(level)
            first += len(level)
        # What is no word is -1 or -2, and finds at the end that it is no term, and follows none.
        self._term_of = np.concatenate([*term_of, np.array([-1, -1])])
        self._goes_on, self._follows = np.zeros(first, bool), np.zeros(self._size + 2, bool)
        for level in self._levels:
            self._goes_on[level // self._size] = self._follows[level % self._size] = True
        self._numbers = _Numbers(number | {BREAK: _BREAK})

    def hits(self, texts: pa.Array) -> TermHits:
        """Return, from left to right, the longest term that starts at each place; none overlap."""
        line = self._line(tokens(texts).dictionary_encode())
        ids, lengths = self._longest(line)
        ids[_covered(np.flatnonzero(lengths > 1), lengths)] = -1
        places = np.flatnonzero(ids >= 0)
        rows = np.cumsum(line == _BREAK)
        return TermHits(rows[places], ids[places])

    def _line(self, words: pa.DictionaryArray) -> Ints:
        """Return the number of each word; a frequent word is looked up but once."""
        once = words.dictionary.to_pylist()
        numbers: Ints = np.fromiter(map(self._numbers.__getitem__, once), np.int64, len(once))
        places: Ints = words.indices.to_numpy()
        return numbers[places]

    def _longest(self, line: Ints) -> tuple[Ints, Ints]:
        """Return at each place the longest term that starts there, or -1, and its word count."""
        ids = self._term_of[line]
        lengths = (ids >= 0).astype(np.int64)
        places = np.flatnonzero(line >= 0)
        nodes, first = line[places], self._size
        for depth, level in enumerate(self._levels, 1):
            following = line[np.minimum(places + depth, len(line) - 1)]
            # Few words begin or continue a longer term: most places need no search.
            open_ = np.flatnonzero(self._goes_on[nodes] & self._follows[following])
            places, codes = places[open_], nodes[open_] * self._size + following[open_]
            at = np.minimum(np.searchsorted(level, codes), len(level) - 1)
            there = level[at] == codes
            places, nodes = places[there], first + at[there]
            ends = self._term_of[nodes] >= 0
            ids[places[ends]], lengths[places[ends]] = self._term_of[nodes[ends]], depth + 1
            first += len(level)
        return ids, lengths


def distinct(codes: Ints) -> Ints:
    """Sort the codes, each once, in a quarter of np.unique's time, which hashes since numpy 2.3."""
    ordered = np.sort(codes)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _covered(starts: Ints, lengths: Ints) -> list[int]:
    """Return the places inside of terms that start before; no term begins there."""
    covered: list[int] = []
    reached = 0
    for start, length in zip(starts.tolist(), lengths[starts].tolist(), strict=True):
        if start >= reached:
            reached = start + length
            covered.extend(range(start + 1, reached))
    return covered
