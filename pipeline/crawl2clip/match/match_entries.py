"""Match captions with the entries of the metadata."""

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.match.matcher import automaton
from crawl2clip.match.matcher.automaton import Packed
from crawl2clip.match.spark.base import Matching
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import stage


@stage
class MatchEntries(Matching):
    """Add the ids of all entries in the text, ascending; an empty list where there is none.

    MetaCLIP (Xu et al. 2023, sec. 3.2; exactly as its released code): an entry matches where it
    stands between blanks or separators, case-sensitively. `drop_unmatched` drops pairs without a
    match.

    entries: a JSON list of texts, the id of an entry being its index, or a list that
    `crawl2clip entries` wrote; read by the driver alone.

    unicode, fold_case, separators, borders: extensions of MetaCLIP, off by default. unicode
    brings texts and entries into a normal form; fold_case ignores case; each of `separators` is a
    word, as the comma is; borders says where an entry has to stand (see
    match_entries_by_language).

    No shuffle. The list is broadcast and becomes an automaton once in each worker process: 500,000
    entries take it 2 seconds and 40 MB.
    """

    reads = ("text",)
    adds = ("entry_ids",)
    depends = ("wn",)  # carries WordNet

    def check(self) -> None:
        automaton.read_entries(self.entries)

    def added(self, pairs: DataFrame) -> Added:
        spelling = self.spelling
        packed = Packed.of(automaton.read_entries(self.entries), spelling)
        shared = pairs.sparkSession.sparkContext.broadcast(packed)

        def ready() -> Make:
            entries = automaton.built(shared.value)

            def found(texts: pa.Array) -> list[pa.Array]:
                ids = automaton.matches(entries, texts.to_pylist(), spelling)
                return [pa.array(ids, pa.list_(pa.int32()))]

            return found

        # Balancing adds counts up over crawls, and must know that the ids mean the same entries.
        return Added(("text",), self.adds, ready, {"entry_ids": {"entries": packed.digest}})
