"""What became of URLs, kept on disk, so that no later job asks the web for it again.

A file holds what a task downloaded in one go, sorted by hash of the URL; its name says from which
hash to which. Tasks go through URLs in the same order, so each reads few files of however many.
A URL that is signed is kept as what is left without the signature and a digest of the whole.
Knows nothing of Spark.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from fsspec.implementations.local import make_path_posix

from crawl2clip.fetch.batches import RESULT
from crawl2clip.fetch.images import Outcome
from crawl2clip.fetch.opener import Limits
from crawl2clip.fetch.problems import TRANSIENT
from crawl2clip.fetch.resize import Resizing
from crawl2clip.io.redaction import link_without_user, redacted, without_secrets, without_signatures
from crawl2clip.shared.spark_xxhash import xxhash64

SCHEMA = pa.schema({"url": pa.string(), **RESULT})
GROUP_ROWS = 64  # that are read for the sake of one

# May come out otherwise the next time.
_PASSING = TRANSIENT | {"dns failure", "no outcome", "unexpected error"}
_WAITS = (
    "retries",
    "max_seconds",
    "connections_per_host",
)  # Limits on which no lasting outcome hangs
_SIGN = 1 << 63  # flipped, it makes the order of signed numbers that of their hexadecimal names


@dataclass(frozen=True)
class Store:
    """The files there were when it was listed. ranges: least and greatest hash, path."""

    folder: str
    ranges: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, folder: str, resizing: Resizing, limits: Limits) -> Store:
        """That of these settings, for others make other images. ValueError if it can't be read."""
        place = folder if "://" in folder else make_path_posix(folder)
        own = f"{place.rstrip('/')}/{_digest(resizing, limits)}"
        try:
            return cls(own, tuple(_listed(own)))
        except OSError as error:
            name = without_secrets(folder)
            raise ValueError(f"{name} can't be read: {redacted(str(error))}") from None

    def read(self, urls: Sequence[str]) -> dict[str, Outcome]:
        """Of those URLs that are known. Of two outcomes that of the first file by name counts."""
        if not urls or not self.ranges:
            return {}
        hashes = xxhash64(pa.array(urls, pa.string()))
        least, greatest = int(hashes.min()), int(hashes.max())
        names = {url: _kept_as(url) for url in urls}
        wanted = pa.array(set(names.values()), pa.string())
        found: dict[str, Outcome] = {}
        for first, last, path in self.ranges:
            if first <= greatest and last >= least:
                for name, outcome in _rows(path, wanted):
                    found.setdefault(name, outcome)
        return {url: found[name] for url, name in names.items() if name in found}

    def write(self, outcomes: Mapping[str, Outcome]) -> None:
        """All that will be the same tomorrow, as one file, which is there whole or not at all."""
        lasting = {url: outcome for url, outcome in outcomes.items() if not _passes(outcome)}
        if not lasting:
            return
        hashes = xxhash64(pa.array(lasting, pa.string())).tolist()
        ordered = sorted(zip(hashes, lasting, strict=True))
        rows = [{"url": _kept_as(url), **lasting[url]._asdict()} for _, url in ordered]
        table = pa.Table.from_pylist(rows, SCHEMA)
        said = json.dumps([(row["url"], row["sha256"], row["problem"]) for row in rows])
        name = f"{_name(ordered[0][0])}-{_name(ordered[-1][0])}-{_md5(said)}.parquet"
        files, path = fsspec.url_to_fs(self.folder)
        files.makedirs(path, exist_ok=True)
        partial = f"{path}/_{uuid4().hex}.tmp"
        try:
            with files.open(partial, "wb") as file:
                # Images are compressed already.
                kinds = {column: "zstd" for column in SCHEMA.names if column != "image"}
                pq.write_table(table, file, GROUP_ROWS, compression={**kinds, "image": "none"})
            files.mv(partial, f"{path}/{name}")
        finally:
            if files.exists(partial):
                files.rm(partial)


@dataclass(frozen=True)
class Remembering:
    """A fetch that asks the store first, and tells it what is new."""

    fetch: Callable[[Iterable[str]], dict[str, Outcome]]
    store: Store

    def __call__(self, asked: Iterable[str]) -> dict[str, Outcome]:
        urls = list(asked)
        known = self.store.read(urls)
        new = self.fetch([url for url in urls if url not in known])
        self.store.write(new)
        return known | new


def _listed(folder: str) -> Iterator[tuple[int, int, str]]:
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()
    for found in sorted(files.find(path)) if files.exists(path) else ():
        name = PurePosixPath(found)
        if name.suffix == ".parquet" and name.name[0] != "_":
            first, last, _ = name.stem.split("-")
            yield _hash(first), _hash(last), files.unstrip_protocol(found)


def _rows(path: str, wanted: pa.StringArray) -> Iterator[tuple[str, Outcome]]:
    files, name = fsspec.url_to_fs(path)
    with pq.ParquetFile(name, filesystem=files) as file:
        urls = file.read(["url"], use_threads=False)["url"]
        there = pc.indices_nonzero(pc.is_in(urls, value_set=wanted)).to_pylist()
        for group in sorted({at // GROUP_ROWS for at in there}):
            rows = file.read_row_group(group, use_threads=False)
            for row in rows.filter(pc.is_in(rows["url"], value_set=wanted)).to_pylist():
                yield row.pop("url"), Outcome(**row)


def _kept_as(url: str) -> str:
    """Another text for each URL that is asked for: not every signature need give the same image."""
    asked = link_without_user(url)
    name = without_signatures(asked)
    return asked if name == asked else f"{name}#{_md5(asked)}"


def _passes(outcome: Outcome) -> bool:
    return outcome.problem is not None and outcome.problem.partition(":")[0] in _PASSING


def _digest(resizing: Resizing, limits: Limits) -> str:
    asked = asdict(resizing) | asdict(limits)
    return _md5(json.dumps({k: v for k, v in asked.items() if k not in _WAITS}, sort_keys=True))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def _name(value: int) -> str:
    return f"{(value ^ _SIGN) & (2 * _SIGN - 1):016x}"


def _hash(name: str) -> int:
    value = int(name, 16) ^ _SIGN
    return value - 2 * _SIGN if value >= _SIGN else value
