"""Addresses that look like what somebody decided not to have."""

import pyarrow.compute as pc
from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.regex_set import joined, match
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class BlockedUrls(Judging):
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

    def judged(self) -> Judged:
        shared = SparkSession.active().sparkContext.broadcast(self._expressions())
        return Judged((self.by,), lambda urls: pc.invert(match(urls, shared.value)))

    def _expressions(self) -> list[str]:
        try:
            return joined(read_list(self.patterns))
        except ValueError as error:
            raise ValueError(f"{self.patterns}: {error}") from None
