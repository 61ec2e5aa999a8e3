"""Drop pairs whose URL matches a blocklist of regular expressions."""

import pyarrow.compute as pc
from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.filter.blocklists.regex_set import combined, match
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class BlockedUrls(Judging):
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

    def judged(self) -> Judged:
        shared = SparkSession.active().sparkContext.broadcast(self._expressions())
        return Judged((self.by,), lambda urls: pc.invert(match(urls, shared.value)))

    def _expressions(self) -> list[str]:
        try:
            return combined(read_list(self.patterns))
        except ValueError as error:
            raise ValueError(f"{self.patterns}: {error}") from None
