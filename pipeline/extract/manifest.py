"""What the user calls the source -> the archives in it, and what tells when one has changed."""

import gzip
import posixpath
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import fsspec
from fsspec import AbstractFileSystem
from fsspec.core import has_magic, url_to_fs
from fsspec.implementations.local import LocalFileSystem
from fsspec.utils import get_protocol

_ARCHIVE_NAMES = (".warc", ".arc", ".warc.gz", ".arc.gz", ".warc.lz4", ".warc.zst", ".wacz")
_ARCHIVE_STARTS = (b"WARC/", b"filedesc:")
_NOT_READ = {
    ".wet": "WET files hold no images; give the WARC files",
    ".wat": "WAT files can't be read yet; give the WARC files",
}
# What tells that a file was written anew; which of them there is depends on the store.
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "modified", "created")
# Waiting for a store's answer costs no processor.
_THREADS = 32


def paths(source: str, base: str | None = None) -> list[str]:
    """The archives of a path, a glob, a list of paths in a file, or several of these and commas.

    A list holds one path a line, '#' starts a comment; a relative path starts at `base`, else at
    the list's own folder. Order stays, repetitions go. A path in a list need not exist: reading it
    says so. Raises ValueError for a source that does not, or that names what is no archive.
    """
    parts = [part.strip() for part in source.split(",") if part.strip()]
    found = list(dict.fromkeys(path for part in parts for path in _archives(part, base)))
    if not found:
        raise ValueError(f"{source!r} names no archive")
    for path in found:
        _refuse_other_kinds(path)
    _refuse_unknown_protocols(found)
    return found


def describe(paths: Iterable[str]) -> list[tuple[str, int | None, str | None]]:
    """(path, bytes, etag or time of change) of each, in order; None for what is not there."""
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(_described, paths))


def _archives(part: str, base: str | None) -> list[str]:
    _refuse_other_kinds(part)
    _refuse_unknown_protocols([part])
    files, name = url_to_fs(part)
    info = _info(files, name)
    if info and info["type"] == "directory":
        raise ValueError(f"{part} is a folder; give {part.rstrip('/')}/*.warc.gz")
    if info:
        is_archive = part.lower().endswith(_ARCHIVE_NAMES)
        return [_full(part)] if is_archive else _listed(part, base)
    if not has_magic(part):
        raise ValueError(f"there is no {part}")
    matches = _matches(files, name)
    if not matches:
        raise ValueError(f"no file matches {part}")
    return matches


def _matches(files: AbstractFileSystem, pattern: str) -> list[str]:
    found = files.glob(pattern, detail=True)
    names = sorted(name for name, info in found.items() if info["type"] == "file")
    is_local = isinstance(files, LocalFileSystem)
    return names if is_local else [files.unstrip_protocol(name) for name in names]


def _info(files: AbstractFileSystem, name: str) -> dict[str, Any] | None:
    try:
        info: dict[str, Any] = files.info(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return info


def _listed(path: str, base: str | None) -> list[str]:
    """The paths in a list; the path itself if it is an archive by another name."""
    with fsspec.open(path, "rb") as file:
        data = file.read(2)
        file.seek(0)
        opened = gzip.GzipFile(fileobj=file) if data == b"\x1f\x8b" else file
        try:
            if opened.read(9).startswith(_ARCHIVE_STARTS):
                return [_full(path)]
            opened.seek(0)
            text = opened.read().decode("utf-8-sig")
        except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is neither an archive nor a list of paths: {error}") from None
    folder = _full(base or posixpath.dirname(path) or ".")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [_in_folder(line, folder) for line in lines if line]


def _in_folder(path: str, folder: str) -> str:
    if "://" in path or path.startswith("/"):
        return path
    joined = f"{folder.rstrip('/')}/{path}"
    return joined if "://" in joined else posixpath.normpath(joined)


def _full(path: str) -> str:
    return path if "://" in path else str(Path(path).expanduser().absolute())


def _refuse_other_kinds(path: str) -> None:
    for ending, reason in _NOT_READ.items():
        if path.lower().removesuffix(".gz").endswith(ending):
            raise ValueError(f"{path}: {reason}")


def _refuse_unknown_protocols(paths: Iterable[str]) -> None:
    known = set(fsspec.available_protocols())
    for protocol in dict.fromkeys(get_protocol(path) for path in paths):
        if protocol not in known:
            raise ValueError(f"{protocol}:// is no protocol that can be read")


def _described(path: str) -> tuple[str, int | None, str | None]:
    files, name = url_to_fs(path)
    info = _info(files, name) or {}
    stamp = next((str(info[key]) for key in _STAMPS if info.get(key)), None)
    return path, info.get("size"), stamp
