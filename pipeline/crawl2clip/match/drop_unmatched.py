"""Drop captions that mention no entry: they have no place in a balanced set."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.stage import Filter, stage


@stage
class DropUnmatched(Filter):
    """Keep pairs whose text matches an entry, as MetaCLIP does before it balances."""

    reads = ("entry_ids",)

    def keep(self) -> Column:
        return F.size("entry_ids") > 0
