"""Download the image of each pair and resize it."""

import re
from collections.abc import Iterator
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from crawl2clip.fetch.download.arrow_fetch import with_images
from crawl2clip.fetch.download.image_fetcher import ImageFetcher
from crawl2clip.fetch.download.url_cache import CachedFetch, UrlCache
from crawl2clip.fetch.http import ip_policy
from crawl2clip.fetch.http.safe_http import Limits
from crawl2clip.fetch.images.resizing import MOST_PIXELS, Resizing
from crawl2clip.fetch.results.fetch_result import Fetch
from crawl2clip.io.redaction import guarded
from crawl2clip.schema import columns
from crawl2clip.spark.address_columns import without_signing
from crawl2clip.stage import Stage, stage

_LEAST = {
    "image_size": 1,
    "min_image_size_px": 0,
    "max_pixels": 1,
    "max_decoded_bytes": 1,
    "threads": 1,
    "retries": 0,
    "max_bytes": 1,
    "timeout_seconds": 0.001,
    "max_seconds": 0.001,
    "max_redirects": 0,
    "connections_per_host": 1,
    "partitions": 0,
}
_QUALITY = {"jpg": (0, 100), "webp": (1, 100), "png": (0, 9)}


@stage
class DownloadImages(Stage, Limits, Resizing):
    """Add each pair's image, or the `problem` that prevented it; drop nothing.

    img2dataset resizes, by default with the settings of DataComp's download_upstream.py (Gadre et
    al. 2023): at most 512 px on the longer side, JPEG. As there, EXIF orientation is not applied. A
    row that has a problem already is passed on as it is. Columns of the names that this stage adds
    are replaced if they are there.

    image_size, resize_mode, resize_only_if_bigger, encode_format, encode_quality, skip_reencode,
    min_image_size_px, max_aspect_ratio: as img2dataset documents them; for png, encode_quality is
    the compression, 0 to 9. max_pixels: larger images are refused before they are decoded.
    max_decoded_bytes: images whose decoding takes more, judged by their header, are refused too.
    By default all JPEGs of max_pixels pass but progressive ones of more than 70 (4:2:0) or 46
    million pixels (4:4:4), and images with transparency up to 56 million (PNG) or 26 million
    (WebP), AVIF up to 35 million. A task then stays under 700 MB. Of an animation the first frame
    is taken.

    threads: downloads at a time in each task. retries: after a failure that may pass, such as a
    timeout or status 503, but not after a 404, and not before the time that a Retry-After names; if
    that is beyond max_seconds the server is left alone. timeout_seconds: for one wait on a server.
    max_seconds: for one image, with name lookup, redirects and retries. max_bytes, max_redirects:
    for one image. connections_per_host: at a time from one Python process; browsers open 6. After a
    Retry-After with a 429 or 503 that process requests no URL of the host until then; URLs that
    have no time to wait get a `problem` of that status.

    user_agent: a name by which servers know us, such as img2dataset; it is sent, and rules in
    X-Robots-Tag headers that begin with it apply to us. respect_opt_out: refuse images whose
    headers say noai, noimageai, noindex, noimageindex, noml, none or TDM-Reservation: 1.

    allow_networks: addresses that are not public, as CIDR ("10.1.0.0/16"), but may be fetched from.
    All others are refused, after redirects too. Proxies in the environment are not used.

    store: a folder, on any file system, that caches the result of each URL, so that a job which was
    stopped, or one of another recipe with the same settings, requests only what is not there.
    Problems that may pass, such as a timeout, are not cached: `crawl2clip run --again fetch`
    requests those URLs once more. The cache takes the space of the images a second time, and an
    opt-out that a server declares later does not reach it.

    signed_urls: what becomes of the parameters that sign a URL, `redaction.SIGNING`, once the
    images are there. 'keep': they stay; 'strip': no column of URLs holds them any more, and the
    table can't be used to fetch again from servers that need them. uids stay as they were. The
    store never holds them.

    partitions: tasks; 0 for the session's spark.sql.shuffle.partitions.

    Cost: one shuffle of the pairs by URL, before there are images; it brings the rows of one URL
    together, so that it is downloaded once. Within a task URLs come in the order of a hash, which
    spreads each host's over time. A task spends 9 ms of its core on an image of 1024 x 768, so it
    does at most 100 a second; it did 84 from a server that took 0.3 s to answer. It holds the
    images of 1,000 rows, and the files of up to two downloads a thread. Reading the result twice
    downloads twice: give this stage a job of its own.
    """

    reads = ("uid", "url")
    depends = ("albumentations",)  # resizes for img2dataset
    adds = (
        "image",
        "width",
        "height",
        "original_width",
        "original_height",
        "sha256",
        "sha1",
        "md5",
        "original_bytes",
        "original_format",
        "problem",
    )

    # Resizing and Limits give all settings but these.
    store: str | None = None
    signed_urls: Literal["keep", "strip"] = "keep"
    partitions: int = 0

    def check(self) -> None:
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be {least} or more")
        if self.max_pixels > MOST_PIXELS:
            raise ValueError(f"max_pixels is {self.max_pixels}; {MOST_PIXELS} is the most")
        if self.max_aspect_ratio is not None and self.max_aspect_ratio < 1:
            raise ValueError("max_aspect_ratio is longer by shorter side: null, or 1 or more")
        low, high = _QUALITY[self.encode_format]
        if not low <= self.encode_quality <= high:
            wanted = f"{self.encode_format} wants {low} to {high}"
            raise ValueError(f"encode_quality is {self.encode_quality}; {wanted}")
        if self.user_agent is not None and not re.fullmatch(r"[A-Za-z0-9._-]+", self.user_agent):
            raise ValueError(f"user_agent is {self.user_agent!r}; it must be one word, like MyBot")
        ip_policy.networks(self.allow_networks)

    def loses_if_stopped(self) -> str | None:
        return None if self.store else "every image is downloaded again, unless `store` is set"

    def __call__(self, pairs: DataFrame) -> DataFrame:
        kept = [name for name in pairs.columns if name not in self.adds]
        old: Column = F.lit(None).cast("string")
        if "problem" in pairs.columns:
            old = F.col("problem")
        wanted = pairs.select(*kept, old.alias("problem"))
        result = StructType(wanted.select(*kept).schema.fields + columns(*self.adds).fields)
        fetch, strips = self._fetch(), self.signed_urls == "strip"

        def images(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            made = with_images(batches, fetch)
            return map(without_signing, made) if strips else made

        return self._by_url(wanted).mapInArrow(guarded(images), result)

    def _by_url(self, pairs: DataFrame) -> DataFrame:
        # Without a number Spark's adaptive execution would see few bytes and make one task of it.
        session = pairs.sparkSession.conf
        tasks = self.partitions or int(session.get("spark.sql.shuffle.partitions") or 200)
        # Rows without a URL must not all meet in one task. Each task has the hashes from one to
        # another, so that it needs few files of a store, whatever number of tasks wrote them.
        share = F.xxhash64(F.coalesce("url", "uid")) / F.lit(2.0**64) + 0.5
        task = F.least(F.lit(tasks - 1), F.floor(share * tasks).cast("int"))
        together = pairs.repartitionById(tasks, task)
        return together.sortWithinPartitions(F.xxhash64("url"), "url", "uid")

    def _fetch(self) -> Fetch:
        fetch = ImageFetcher(resizing=self, limits=self)
        if self.store is None:
            return fetch
        return CachedFetch(fetch, UrlCache.listed(self.store, self, self))
