"""A caption that mentions no entry has no place in a balanced set."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.stage import Filter, stage


@stage
class DropUnmatched(Filter):
    """Keep pairs in whose text an entry was found, as MetaCLIP does before it balances."""

    reads = ("entry_ids",)

    def keep(self) -> Column:
        return F.size("entry_ids") > 0
