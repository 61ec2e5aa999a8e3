"""Drop pairs whose image or URL is on a blocklist of hashes."""

from collections.abc import Iterator
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.blocklists.digest_set import Keys, is_listed, sorted_digests
from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.stage import Filter, stage

_BYTES = {"md5": 16, "sha1": 20, "sha256": 32}


@stage
class BlockedHashes(Filter):
    """Drop pairs whose image or URL has a listed hash.

    Re-LAION-5B removed 2,236 links this way, by MD5 and SHA-1 of images and URLs, using lists that
    child protection agencies provide on request. No list is shipped.

    hashes: a text file with one hash in hex per line and # before comments, or Parquet with one
    column. by: the kind of hash listed: md5, sha1 and sha256 are taken of the image as downloaded;
    url_md5, url_sha1 and url_sha256 of `url` in UTF-8. Pairs without the hash are dropped.

    Cost: no shuffle. The list is broadcast: 16 to 32 bytes per hash in each worker; 16 million MD5
    hashes take 256 MB.
    """

    files = ("hashes",)

    hashes: str
    by: Literal["md5", "sha1", "sha256", "url_md5", "url_sha1", "url_sha256"]

    def check(self) -> None:
        self._keys()

    def keep(self) -> Column:
        shared = SparkSession.active().sparkContext.broadcast(self._keys())

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def blocked(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            for digests in batches:
                yield is_listed(digests, shared.value)

        judged: Column = blocked(F.unhex(self._hash()))
        return ~judged

    def _hash(self) -> Column:
        if not self.by.startswith("url_"):
            return F.col(self.by)
        of_url = {"url_md5": F.md5("url"), "url_sha1": F.sha1("url")}
        return of_url.get(self.by, F.sha2("url", 256))

    def _keys(self) -> Keys:
        try:
            size = _BYTES[self.by.removeprefix("url_")]
            return sorted_digests(read_list(self.hashes), size)
        except ValueError as error:
            raise ValueError(f"{self.hashes}: {error}") from None
