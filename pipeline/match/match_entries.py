"""Which entries of the metadata a caption mentions."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.match import automaton
from pipeline.match.automaton import Packed
from pipeline.schema import COLUMNS
from pipeline.stage import Stage, stage


@stage
class MatchEntries(Stage):
    """Add the ids of all entries in the text, ascending; an empty list where there is none.

    MetaCLIP (Xu et al. 2023, sec. 3.2; exactly as its released code): an entry matches where it
    stands between blanks or separators, case-sensitively. `where: size(entry_ids) > 0` drops pairs
    without a match.

    entries: a JSON list of texts, the id of an entry being its index; read by the driver alone.

    No shuffle. The list is broadcast and becomes an automaton once in each worker process.
    """

    reads = ("text",)
    adds = ("entry_ids",)
    files = ("entries",)
    main = "entries"

    entries: str

    def check(self) -> None:
        automaton.read_entries(self.entries)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        packed = Packed.of(automaton.read_entries(self.entries))
        shared = pairs.sparkSession.sparkContext.broadcast(packed)

        @F.arrow_udf(COLUMNS["entry_ids"][0])  # type: ignore[attr-defined, untyped-decorator]
        def entry_ids(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            entries = automaton.built(shared.value)
            for texts in batches:
                found = [automaton.entry_ids(entries, text or "") for text in texts.to_pylist()]
                yield pa.array(found, pa.list_(pa.int32()))

        return pairs.withColumn("entry_ids", entry_ids("text"))
