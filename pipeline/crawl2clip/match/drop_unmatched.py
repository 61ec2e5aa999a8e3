"""Drop captions that mention no entry: they have no place in a balanced set."""

import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.arrow_step import Batches, InWorkers, problems_of
from crawl2clip.stage import Filter, stage


@stage
class DropUnmatched(Filter):
    """Keep pairs whose text matches an entry, as MetaCLIP does before it balances."""

    reads = ("entry_ids",)

    def keep(self) -> Column:
        return F.size("entry_ids") > 0

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        return InWorkers(_matched, pairs.schema)


def _matched(batches: Batches) -> Batches:
    for batch in batches:
        found = pc.greater(pc.list_value_length(batch["entry_ids"]), 0)
        yield batch.filter(pc.or_kleene(found, pc.is_valid(problems_of(batch))))
