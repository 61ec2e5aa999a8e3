"""Resolve the user's source to a list of archives, and describe their versions."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import fsspec
from fsspec.core import has_magic
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import get_protocol

from crawl2clip.io.path_lists import full, listed
from crawl2clip.io.redaction import without_secrets
from crawl2clip.io.remote import info, is_on_the_web, store

_ARCHIVE_NAMES = (
    *(".warc", ".arc", ".warc.gz", ".arc.gz", ".warc.lz4", ".warc.zst", ".wacz"),
    *(".wat", ".wat.gz"),
)
_NOT_READ = {".wet": "WET files hold no images; give the WARC files, or the WAT files"}
# Keys that change when a file is rewritten; which of them exist depends on the store.
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "modified", "created")
# A comma between `://` and an @ stands in a password.
_PART = re.compile(r"(?:[^,]*://[^/]*@)?[^,]+")
# Waiting for a store's answer costs no processor.
_THREADS = 32
# Requests that a web server tolerates in a row; Common Crawl's blocks clients that ask about a
# whole crawl.
_MOST_ASKED = 1_000


def paths(source: str, base: str | None = None) -> list[str]:
    """Return the archives named by a path, a glob, a list file, or several of these with commas.

    `path_lists.listed` defines lists and the root of their relative paths. Keeps the order, drops
    repetitions. A path in a list need not exist: that is reported when it is read. Raises
    ValueError for a source that does not exist or that names no archive, and OSError if it can't be
    reached.
    """
    found = list(dict.fromkeys(path for part in split(source) for path in _archives(part, base)))
    if not found:
        raise ValueError(f"{source!r} names no archive")
    for path in found:
        _refuse_other_kinds(path)
    _refuse_unknown_protocols(found)
    return found


def split(source: str) -> list[str]:
    """Split a source at its commas into paths, globs and lists."""
    return [part.strip() for part in _PART.findall(source) if part.strip()]


def describe(paths: Iterable[str]) -> list[tuple[str, int | None, str | None]]:
    """Return (path, bytes, etag or modification time) of each path, in order; None where unknown.

    Paths come without user, password and signature: a fresh signature changes no file. Of more than
    a thousand files on web servers only the paths are returned: so many are a published crawl,
    which does not change. Raises OSError if a store refuses the request.
    """
    paths = list(paths)
    asks_web = sum(map(is_on_the_web, paths)) <= _MOST_ASKED
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(lambda path: _described(path, asks_web), paths))


def _archives(part: str, base: str | None) -> list[str]:
    _refuse_other_kinds(part)
    _refuse_unknown_protocols([part])
    found = info(part)
    if found and found["type"] == "directory":
        raise ValueError(f"{part} is a folder; give {part.rstrip('/')}/*.warc.gz")
    if found:
        is_archive = without_secrets(part).lower().endswith(_ARCHIVE_NAMES)
        paths_in = None if is_archive else listed(part, base)
        return [full(part)] if paths_in is None else paths_in
    if not has_magic(part):
        raise ValueError(f"there is no {part}")
    return _matches(part)


def _matches(pattern: str) -> list[str]:
    if is_on_the_web(pattern):
        raise ValueError(f"{pattern}: web servers don't say what files they have; give a list")
    files, name = store(pattern)
    found = files.glob(name, detail=True)
    names = sorted(name for name, about in found.items() if about["type"] == "file")
    if not names:
        raise ValueError(f"no file matches {pattern}")
    is_local = isinstance(files, LocalFileSystem)
    return names if is_local else [files.unstrip_protocol(name) for name in names]


def _refuse_other_kinds(path: str) -> None:
    for ending, reason in _NOT_READ.items():
        if without_secrets(path).lower().removesuffix(".gz").endswith(ending):
            raise ValueError(f"{path}: {reason}")


def _refuse_unknown_protocols(paths: Iterable[str]) -> None:
    known = set(fsspec.available_protocols())
    elsewhere = (path for path in paths if not is_on_the_web(path))
    for protocol in dict.fromkeys(map(get_protocol, elsewhere)):
        if protocol not in known:
            raise ValueError(f"{protocol}:// is no protocol that can be read")
        try:
            fsspec.get_filesystem_class(protocol)
        except ImportError as error:
            raise ValueError(f"{protocol}:// can't be read yet: {error}") from None


def _described(path: str, asks_web: bool) -> tuple[str, int | None, str | None]:
    found = (info(path) if asks_web or not is_on_the_web(path) else None) or {}
    stamp = next((str(found[key]) for key in _STAMPS if found.get(key)), None)
    return without_secrets(path), found.get("size"), stamp
