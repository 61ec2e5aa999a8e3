"""Find all entries of a list in a text at once (Aho-Corasick)."""

from __future__ import annotations

import ctypes
import gzip
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawl2clip.match.matcher.normal_form import Spelling, spaced
from crawl2clip.shared.entry_list import read_entries

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

__all__ = ["Packed", "build", "built", "entry_ids", "read_entries"]

_BUILT: dict[str, tuple[AhoCorasick, int]] = {}  # by digest; filled in worker processes only


@dataclass(frozen=True)
class Packed:
    """Holds a list's keys, small enough to broadcast: 500,000 are about 3 MB."""

    digest: str
    data: bytes

    @classmethod
    def of(cls, entries: Sequence[str], spelling: Spelling = Spelling()) -> Packed:  # noqa: B008
        text = json.dumps([spelling.key(entry) for entry in entries], ensure_ascii=False).encode()
        return cls(hashlib.sha256(text).hexdigest(), gzip.compress(text, mtime=0))

    def keys(self) -> list[str]:
        return list(json.loads(gzip.decompress(self.data)))


def build(keys: Sequence[str]) -> AhoCorasick:
    """Build an automaton whose pattern i is key i; equal keys are all found."""
    from ahocorasick_rs import AhoCorasick  # executors have it; the driver need not

    return AhoCorasick(keys, store_patterns=False)


def built(packed: Packed, most_others: int = 0) -> AhoCorasick:
    """Return the automaton of the list, built on the first call in this process, in seconds.

    most_others: entries of other lists that may stay in memory meanwhile, about 90 bytes each; the
    least recently used list is evicted first.
    """
    automaton, entries = _BUILT.pop(packed.digest, (None, 0))
    while _BUILT and sum(size for _, size in _BUILT.values()) > most_others:
        _BUILT.pop(next(iter(_BUILT)))
    if automaton is None:
        keys = packed.keys()
        automaton, entries = build(keys), len(keys)
        del keys
        _give_back()
    _BUILT[packed.digest] = automaton, entries
    return automaton


def entry_ids(automaton: AhoCorasick, form: str) -> list[int]:
    """Return the ids of the entries in a normalised text, ascending, each once.

    Overlapping matches count: two neighbouring words share the blank between them.
    """
    hits = automaton.find_matches_as_indexes(form, overlapping=True)
    return sorted({hit[0] for hit in hits})


def matches(automaton: AhoCorasick, texts: Iterable[str | None], form: Spelling) -> list[list[int]]:
    """Return the `entry_ids` of each text; none for null."""
    spell = spaced if form == Spelling() else form.text  # the usual case, and the faster
    return [[] if text is None else entry_ids(automaton, spell(text)) for text in texts]


def _give_back() -> None:
    """Return freed memory to the system: building takes 60 MB, which glibc would keep."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):  # another libc
        return
