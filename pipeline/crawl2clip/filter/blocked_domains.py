"""Sites that somebody decided to take nothing from."""

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.host_matcher import domain, is_under
from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.stage import Filter, stage


@stage
class BlockedDomains(Filter):
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

    def keep(self) -> Column:
        shared = SparkSession.active().sparkContext.broadcast(self._domains())

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def blocked(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            for urls in batches:
                yield is_under(urls, shared.value)

        judged: Column = reduce(or_, (blocked(name) for name in self.by))
        return ~judged

    def _domains(self) -> frozenset[str]:
        try:
            return frozenset(map(domain, read_list(self.domains)))
        except ValueError as error:
            raise ValueError(f"{self.domains}: {error}") from None
