"""Drop pairs whose image or page is hosted on a listed domain."""

from functools import reduce
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession

from crawl2clip.filter.blocklists.host_matcher import domain, is_under
from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage


@stage
class BlockedDomains(Judging):
    """Drop pairs whose URL belongs to a listed domain or to one of its subdomains.

    domains: a text file with one domain per line and # before comments, or Parquet with one column.
    An entry example.com also covers images.example.com, but not myexample.com; IDNs may be given in
    either form. No list is shipped. by: the URLs to check; [url, page_url] checks those of pages
    too.

    Hosts are parsed as a browser parses them, so a user, port, letter case or percent-encoding
    hides none. A value that is not a URL is kept: it can't be fetched.

    Cost: no shuffle. The list is broadcast and takes 100 bytes per domain in each worker.
    """

    files = ("domains",)
    main = "domains"

    domains: str
    by: tuple[Literal["url", "page_url"], ...] = ("url",)

    def check(self) -> None:
        if not self.by:
            raise ValueError("by needs at least one of url, page_url")
        self._domains()

    def judged(self) -> Judged:
        shared = SparkSession.active().sparkContext.broadcast(self._domains())

        def are_free(*addresses: pa.Array) -> pa.BooleanArray:
            blocked = (is_under(urls, shared.value) for urls in addresses)
            return pc.invert(reduce(pc.or_kleene, blocked))

        return Judged(self.by, are_free)

    def _domains(self) -> frozenset[str]:
        try:
            return frozenset(map(domain, read_list(self.domains)))
        except ValueError as error:
            raise ValueError(f"{self.domains}: {error}") from None
