"""Drop pairs whose URL matches a blocklist of regular expressions."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.regex_set import combined, match
from crawl2clip.stage import Filter, stage


@stage
class BlockedUrls(Filter):
    r"""Drop pairs whose `by` contains a match of one of the patterns, ignoring case.

    patterns: a text file with one RE2 regular expression per line and # before comments, or Parquet
    with one column. Examples: `[/._-]ads?[/._-]` and `^https?://[^/]*\.onion/`. No list is shipped.

    Cost: no shuffle. RE2 takes linear time whatever the URL; a thousand patterns cost ten times as
    much as a hundred, so a list of domains is better given to `blocked_domains`.
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
            return combined(read_list(self.patterns))
        except ValueError as error:
            raise ValueError(f"{self.patterns}: {error}") from None
