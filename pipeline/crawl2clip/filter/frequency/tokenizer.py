"""The tokens of many texts at once, in Arrow and numpy: each string is made and hashed once.

What a word is, `tokens` says; this finds the same words at a tenth of the cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.filter.frequency.sorted_lookup import Flags, Hashes, among
from crawl2clip.shared.spark_xxhash import xxhash64

Split: TypeAlias = Literal["blanks", "scripts"]
Kind: TypeAlias = Literal["unigrams", "bigrams"]

# Scripts whose words have no blanks between them. A mark, such as a Thai vowel sign, stays with its
# letter.
UNSPACED = ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar")
_LETTER = "([" + "".join(rf"\p{{{script}}}" for script in UNSPACED) + r"]\p{M}*)"
# Unicode's white space beyond ASCII. Arrow's own takes four control codes for blanks as well.
_WIDE_BLANK = "[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"


@dataclass(frozen=True)
class Found:
    """Words or bigrams of texts: at place i stands `different[codes[i]]`, in text `texts[i]`."""

    different: pa.StringArray
    codes: Hashes
    texts: Hashes

    def lacking(self, ordered: Hashes) -> tuple[Hashes, Hashes]:
        """Hashes that `ordered`, which ascends, does not have, and in which texts they stand."""
        hashes = xxhash64(self.different)
        places = ~among(hashes, ordered)[self.codes]
        return hashes[self.codes[places]], self.texts[places]


class Words(Found):
    """The words in order, and what follows from them."""

    @classmethod
    def of(cls, texts: pa.StringArray, split: Split) -> "Words":
        """Null has no words. Case is left as it is."""
        lists = pc.ascii_split_whitespace(_with_blanks(texts, split))
        words, parents = lists.flatten(), pc.list_parent_indices(lists)
        if (real := _not_empty(words)).sum() < len(words):
            words, parents = words.filter(pa.array(real)), parents.filter(pa.array(real))
        coded = words.dictionary_encode()
        codes = coded.indices.to_numpy().astype(np.int64)
        return cls(coded.dictionary, codes, parents.to_numpy())

    @property
    def bigrams(self) -> Found:
        """Neighbours joined by a blank, which no word has."""
        neighbours, texts = self._neighbours
        different, codes = np.unique(neighbours, return_inverse=True)
        return Found(self._joined(different), codes, texts)

    def counts(self) -> Iterator[pa.RecordBatch]:
        """token and count, each token once: first the words, then the bigrams."""
        yield _counts(self.different, np.bincount(self.codes, minlength=len(self.different)))
        different, counts = np.unique(self._neighbours[0], return_counts=True)
        yield _counts(self._joined(different), counts)

    @cached_property
    def _neighbours(self) -> tuple[Hashes, Hashes]:
        """Both codes of a bigram in one number, and the text it stands in."""
        together = self.texts[:-1] == self.texts[1:]
        return (self.codes[:-1] << 32 | self.codes[1:])[together], self.texts[:-1][together]

    def _joined(self, neighbours: Hashes) -> pa.StringArray:
        first = self.different.take(pa.array(neighbours >> 32))
        second = self.different.take(pa.array(neighbours & 0xFFFFFFFF))
        return pc.binary_join_element_wise(first, second, " ")


def lacking(
    texts: pa.StringArray, split: Split, kinds: tuple[Kind, ...], ordered: Hashes
) -> pa.ListArray:
    """Of each text the hashes of its tokens that `ordered`, which ascends, does not have."""
    words = Words.of(texts, split)
    found = [words if kind == "unigrams" else words.bigrams for kind in dict.fromkeys(kinds)]
    both = [tokens.lacking(ordered) for tokens in found]
    hashes, parents = (np.concatenate(parts) for parts in zip(*both, strict=True))
    order = np.argsort(parents, kind="stable")
    ends = np.cumsum(np.bincount(parents, minlength=len(texts)))
    starts = np.concatenate(([0], ends)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(starts), pa.array(hashes[order], pa.int64()))


def _with_blanks(texts: pa.StringArray, split: Split) -> pa.StringArray:
    """The texts with ASCII's blanks between all words."""
    if pc.all(pc.string_is_ascii(texts), min_count=0).as_py():
        return texts
    texts = pc.replace_substring_regex(texts, _WIDE_BLANK, " ")
    return pc.replace_substring_regex(texts, _LETTER, r" \1 ") if split == "scripts" else texts


def _not_empty(words: pa.StringArray) -> Flags:
    """False for what Arrow finds before a blank that begins a text, or after one that ends it."""
    lengths: Hashes = pc.binary_length(words).to_numpy()
    return lengths > 0


def _counts(tokens: pa.StringArray, counts: Hashes) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([tokens, pa.array(counts, pa.int64())], ["token", "count"])
