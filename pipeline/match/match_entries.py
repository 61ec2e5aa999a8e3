"""Which entries of the metadata a caption mentions."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.match import automaton
from pipeline.match.automaton import Packed
from pipeline.match.spacing import Borders, Spelling, Unicode
from pipeline.schema import COLUMNS
from pipeline.stage import Stage, stage
from pipeline.worker import settle


@stage
class MatchEntries(Stage):
    """Add the ids of all entries in the text, ascending; an empty list where there is none.

    MetaCLIP (Xu et al. 2023, sec. 3.2; exactly as its released code): an entry matches where it
    stands between blanks or separators, case-sensitively. `where: size(entry_ids) > 0` drops pairs
    without a match.

    entries: a JSON list of texts, the id of an entry being its index, or a list that
    `crawl2clip entries` wrote; read by the driver alone.

    unicode, fold_case, separators, borders: not MetaCLIP's way. unicode brings texts and entries
    into a normal form; fold_case makes upper and lower case one; each of `separators` is a word, as
    the comma is; borders says where an entry has to stand (see match_entries_by_language).

    No shuffle. The list is broadcast and becomes an automaton once in each worker process: 500,000
    entries take it 2 seconds and 40 MB.
    """

    reads = ("text",)
    adds = ("entry_ids",)
    files = ("entries",)
    main = "entries"

    entries: str
    unicode: Unicode = "as_is"
    fold_case: bool = False
    separators: str = ""
    borders: Borders = "metaclip"

    def check(self) -> None:
        automaton.read_entries(self.entries)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        spelling = Spelling(self.unicode, self.fold_case, self.separators, self.borders)
        packed = Packed.of(automaton.read_entries(self.entries), spelling)
        shared = pairs.sparkSession.sparkContext.broadcast(packed)

        @F.arrow_udf(COLUMNS["entry_ids"][0])  # type: ignore[attr-defined, untyped-decorator]
        def entry_ids(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            entries = automaton.built(shared.value)
            settle()
            for texts in batches:
                found = automaton.matches(entries, texts.to_pylist(), spelling)
                yield pa.array(found, pa.list_(pa.int32()))

        matched = pairs.withColumn("entry_ids", entry_ids("text"))
        # Balancing adds counts up over crawls, and must know that the ids mean the same entries.
        return matched.withMetadata("entry_ids", {"entries": packed.digest})
