"""Sites that somebody decided to take nothing from."""

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
    """Drop pairs whose address is of a listed domain or of one below it.

    domains: a list as text, a domain a line, # before remarks; or Parquet with one column. It says
    example.com and means images.example.com too, but not myexample.com; IDNs in either form. None
    is shipped. by: the addresses that are looked at, [url, page_url] for those of pages too.

    Hosts are read as a browser reads them, so user, port, case and percent-encoding hide none. What
    is no address stays: it can't be fetched.

    No shuffle. The list is broadcast and costs a worker 100 bytes a domain.
    """

    files = ("domains",)
    main = "domains"

    domains: str
    by: tuple[Literal["url", "page_url"], ...] = ("url",)

    def check(self) -> None:
        if not self.by:
            raise ValueError("by wants at least one of url, page_url")
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
