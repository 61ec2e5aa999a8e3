"""A cache of fetch results on disk, so that no later job requests the same URLs of the web.

A file holds what a task downloaded in one go, sorted by hash of the URL, and its name gives the
least and the greatest hash. Tasks take URLs in the same order, so each reads few of many files.
A signed URL is stored without its signature, with a digest of the whole URL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import PurePosixPath

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fsspec.implementations.local import make_path_posix

from crawl2clip.fetch.http.safe_http import Limits
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import TRANSIENT
from crawl2clip.fetch.results.fetch_result import ARROW_TYPES, Fetch, FetchResult
from crawl2clip.io.files import replacing
from crawl2clip.io.redaction import link_without_user, redacted, without_secrets, without_signatures
from crawl2clip.shared.spark_xxhash import xxhash64

SCHEMA = pa.schema({"url": pa.string(), **ARROW_TYPES})
GROUP_ROWS = 64  # read to get one of them

# Kinds of problems that may be gone the next time, so that they are not cached.
_PASSING = TRANSIENT | {"dns failure", "unexpected error"}
# Limits that change no cached result.
_WAITS = ("threads", "retries", "timeout_seconds", "max_seconds", "connections_per_host")
_SIGN = 1 << 63  # flipped, it makes the order of signed numbers that of their hexadecimal names


@dataclass(frozen=True)
class UrlCache:
    """Results by URL, in the files that the folder held when it was listed.

    ranges: least and greatest hash of the URLs in each file, and its path.
    """

    folder: str
    ranges: tuple[tuple[int, int, str], ...]

    @classmethod
    def listed(cls, folder: str, resizing: Resizing, limits: Limits) -> UrlCache:
        """List what was cached with these settings, for others make other images.

        Raises ValueError if the folder can't be read.
        """
        place = folder if "://" in folder else make_path_posix(folder)
        own = f"{place.rstrip('/')}/{_digest(resizing, limits)}"
        try:
            return cls(own, tuple(_listed(own)))
        except OSError as error:
            name = without_secrets(folder)
            raise ValueError(f"{name} can't be read: {redacted(str(error))}") from None

    def read(self, urls: Sequence[str]) -> dict[str, FetchResult]:
        """Return the results of those URLs that are cached; of two, the first file's by name."""
        if not urls or not self.ranges:
            return {}
        hashes = xxhash64(pa.array(urls, pa.string()))
        least, greatest = int(hashes.min()), int(hashes.max())
        names = {url: _cached_as(url) for url in urls}
        wanted = pa.array(set(names.values()), pa.string())
        found: dict[str, FetchResult] = {}
        for first, last, path in self.ranges:
            if first <= greatest and last >= least:
                for name, result in _rows(path, wanted):
                    found.setdefault(name, result)
        return {url: found[name] for url, name in names.items() if name in found}

    def write(self, results: Mapping[str, FetchResult]) -> None:
        """Write the results that will be the same tomorrow as one file, whole or not at all."""
        lasting = {url: result for url, result in results.items() if not _passes(result)}
        if not lasting:
            return
        hashes = xxhash64(pa.array(lasting, pa.string())).tolist()
        ordered = sorted(zip(hashes, lasting, strict=True))
        rows = [{"url": _cached_as(url), **lasting[url]._asdict()} for _, url in ordered]
        table = pa.Table.from_pylist(rows, SCHEMA)
        content = json.dumps([(row["url"], row["sha256"], row["problem"]) for row in rows])
        name = f"{_name(ordered[0][0])}-{_name(ordered[-1][0])}-{_md5(content)}.parquet"
        files, path = fsspec.url_to_fs(self.folder)
        files.makedirs(path, exist_ok=True)
        # Images are compressed already.
        kinds = {column: "zstd" for column in SCHEMA.names if column != "image"}
        with replacing(f"{self.folder}/{name}") as file:
            pq.write_table(table, file, GROUP_ROWS, compression={**kinds, "image": "none"})


@dataclass(frozen=True)
class CachedFetch:
    """Fetches what the cache lacks, and writes the results to it."""

    fetch: Fetch
    cache: UrlCache

    def __call__(self, urls: Iterable[str]) -> dict[str, FetchResult]:
        """Return the result for each URL."""
        wanted = list(urls)
        cached = self.cache.read(wanted)
        fetched = self.fetch([url for url in wanted if url not in cached])
        self.cache.write(fetched)
        return cached | fetched


def _listed(folder: str) -> Iterator[tuple[int, int, str]]:
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()
    for found in sorted(files.find(path)) if files.exists(path) else ():
        name = PurePosixPath(found)
        if name.suffix == ".parquet" and name.name[0] != "_":
            first, last, _ = name.stem.split("-")
            yield _hash(first), _hash(last), files.unstrip_protocol(found)


def _rows(path: str, wanted: pa.StringArray) -> Iterator[tuple[str, FetchResult]]:
    files, name = fsspec.url_to_fs(path)
    with pq.ParquetFile(name, filesystem=files) as file:
        urls = file.read(["url"], use_threads=False)["url"]
        there = pc.indices_nonzero(pc.is_in(urls, value_set=wanted)).to_pylist()
        for group in sorted({at // GROUP_ROWS for at in there}):
            rows = file.read_row_group(group, use_threads=False)
            for row in rows.filter(pc.is_in(rows["url"], value_set=wanted)).to_pylist():
                yield row.pop("url"), FetchResult(**row)


def _cached_as(url: str) -> str:
    """Return a text of its own for each URL: not every signature need give the same image."""
    requested = link_without_user(url)
    name = without_signatures(requested)
    return requested if name == requested else f"{name}#{_md5(requested)}"


def _passes(result: FetchResult) -> bool:
    return result.problem is not None and result.problem.partition(":")[0] in _PASSING


def _digest(resizing: Resizing, limits: Limits) -> str:
    """Return a digest of the settings in Resizing and Limits, whatever else the objects hold."""
    values = _values(resizing, Resizing) | _values(limits, Limits)
    return _md5(json.dumps({k: v for k, v in values.items() if k not in _WAITS}, sort_keys=True))


def _values(settings: object, kind: type[Resizing] | type[Limits]) -> dict[str, object]:
    return {field.name: getattr(settings, field.name) for field in fields(kind)}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _name(value: int) -> str:
    return f"{(value ^ _SIGN) & (2 * _SIGN - 1):016x}"


def _hash(name: str) -> int:
    value = int(name, 16) ^ _SIGN
    return value - 2 * _SIGN if value >= _SIGN else value
