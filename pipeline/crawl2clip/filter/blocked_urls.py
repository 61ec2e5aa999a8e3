"""Addresses that look like what somebody decided not to have."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.regex_set import joined, match
from crawl2clip.stage import Filter, stage


@stage
class BlockedUrls(Filter):
    r"""Drop pairs whose `by` matches one of the patterns somewhere, in any case.

    patterns: a list as text, a regular expression of RE2 a line, # before remarks; or Parquet with
    one column. `[/._-]ads?[/._-]` and `^https?://[^/]*\.onion/` are patterns. None is shipped.

    No shuffle. RE2 takes linear time whatever an address holds; a thousand patterns cost ten times
    what a hundred do, so a list of domains is better given to `blocked_domains`.
    """

    files = ("patterns",)
    main = "patterns"

    patterns: str
    by: str = "url"

    def check(self) -> None:
        self._expressions()

    def keep(self) -> Column:
        shared = SparkSession.active().sparkContext.broadcast(self._expressions())

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def blocked(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            for urls in batches:
                yield match(urls, shared.value)

        judged: Column = blocked(self.by)
        return ~judged

    def _expressions(self) -> list[str]:
        try:
            return joined(read_list(self.patterns))
        except ValueError as error:
            raise ValueError(f"{self.patterns}: {error}") from None
