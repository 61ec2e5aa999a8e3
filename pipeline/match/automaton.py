"""All entries of a list found in a text at once (Aho-Corasick). Knows nothing of Spark."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import fsspec

from pipeline.match.spacing import key, spaced

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

_BUILT: dict[str, AhoCorasick] = {}  # by digest; filled in worker processes only


def read_entries(path: str) -> list[str]:
    """The entry list in a JSON file such as MetaCLIP's metadata.json; an entry's id is its index.

    A path that ends in .gz is unpacked. Raises ValueError if there is no such file or if it is not
    a JSON list of distinct texts.
    """
    try:
        with fsspec.open(path, "rt", encoding="utf-8", compression="infer") as file:
            entries = json.load(file)
    except FileNotFoundError:
        raise ValueError(f"there is no entry list {path}; it wants a JSON list of texts") from None
    except ValueError as error:  # not UTF-8, or not JSON
        raise ValueError(f"{path} is not JSON: {error}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise ValueError(f"{path} is not a JSON list of texts")
    if len(set(entries)) != len(entries):
        raise ValueError(f"{path} names an entry twice, so that ids would be ambiguous")
    return entries


@dataclass(frozen=True)
class Packed:
    """An entry list small enough to travel: 500,000 entries are about 3 MB."""

    digest: str
    data: bytes

    @classmethod
    def of(cls, entries: Sequence[str]) -> Packed:
        text = json.dumps(list(entries), ensure_ascii=False).encode()
        return cls(hashlib.sha256(text).hexdigest(), gzip.compress(text, mtime=0))

    def entries(self) -> list[str]:
        return list(json.loads(gzip.decompress(self.data)))


def build(entries: Sequence[str]) -> AhoCorasick:
    """An automaton whose pattern i is entry i."""
    from ahocorasick_rs import AhoCorasick  # executors have it; the driver need not

    return AhoCorasick([key(entry) for entry in entries], store_patterns=False)


def built(packed: Packed) -> AhoCorasick:
    """The automaton of the list; built on the first call in this process, which takes seconds."""
    if packed.digest not in _BUILT:
        _BUILT.clear()  # a worker serves one list at a time; two would double its memory
        _BUILT[packed.digest] = build(packed.entries())
    return _BUILT[packed.digest]


def entry_ids(automaton: AhoCorasick, text: str) -> list[int]:
    """Ids of the entries in the text, ascending, each once however often it occurs.

    Overlapping matches count: two neighbouring words share the blank between them.
    """
    hits = automaton.find_matches_as_indexes(spaced(text), overlapping=True)
    return sorted({hit[0] for hit in hits})
