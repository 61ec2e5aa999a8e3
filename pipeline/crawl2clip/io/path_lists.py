"""Read lists of paths, one a line: ours, or the `warc.paths.gz` of Common Crawl."""

import gzip
import posixpath
import zlib
from pathlib import Path
from typing import BinaryIO

from crawl2clip.io.remote import info, is_on_the_web, opened

_ARCHIVE_STARTS = (b"WARC/", b"filedesc:")
# The longest list there is, of a crawl's 90,000 files, has 14 million bytes.
_MOST_BYTES = 128 << 20
# What Common Crawl's lists start with; it is relative to the root, wherever the list itself lies.
_FROM_ROOT = "crawl-data/"


def paths_in(text: str) -> list[str]:
    """Return the paths as the list writes them, one a line; '#' starts a comment."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def whole(folder: str, path: str) -> str:
    """Return the path as an absolute one, resolved against `folder` if it is relative."""
    if "://" in path or path.startswith("/"):
        return path
    joined = f"{folder.rstrip('/')}/{path}"
    return joined if "://" in joined else posixpath.normpath(joined)


def listed(path: str, base: str | None = None) -> list[str] | None:
    """Return the listed paths as absolute ones, or None if the file is itself an archive.

    '#' starts a comment. A relative path is resolved against `base`; else, if it starts with
    crawl-data/, against the folder that holds the crawl-data/ in which the list lies; else against
    the list's own folder. Raises ValueError for a file that is neither, or whose paths can't be
    resolved without a base.
    """
    with opened(path) as file:
        text = _text(file, path)
    if text is None:
        return None
    lines = paths_in(text)
    if any(line.startswith("<") for line in lines):
        raise ValueError(f"{path} is a web page, not a list of paths")
    folder = full(base or posixpath.dirname(_without_query(path)) or ".")
    root = folder if base else _root(full(path), folder, lines)
    return [whole(root if line.startswith(_FROM_ROOT) else folder, line) for line in lines]


def _without_query(path: str) -> str:
    """Remove the query: a signature may hold slashes."""
    return path.partition("?")[0] if is_on_the_web(path) else path


def full(path: str) -> str:
    """Return a local path as an absolute one, and others unchanged."""
    return path if "://" in path else str(Path(path).expanduser().absolute())


def _text(file: BinaryIO, path: str) -> str | None:
    data = file.read(2)
    file.seek(0)
    unpacked = gzip.GzipFile(fileobj=file) if data == b"\x1f\x8b" else file
    try:
        if unpacked.read(9).startswith(_ARCHIVE_STARTS):
            return None
        unpacked.seek(0)
        text = unpacked.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise ValueError(f"{path} is no list of paths: it has more than {_MOST_BYTES} bytes")
        return text.decode("utf-8-sig")
    except (gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is neither an archive nor a list of paths: {error}") from None


def _root(path: str, folder: str, lines: list[str]) -> str:
    """Return the root of a crawl's paths, from where its list lies."""
    before, found, _ = path.rpartition("/" + _FROM_ROOT)
    if found:
        return before or "/"
    needs_root = any(line.startswith(_FROM_ROOT) for line in lines)
    # Web servers can't say whether there is such a folder.
    if needs_root and not is_on_the_web(folder) and info(whole(folder, _FROM_ROOT)) is None:
        raise ValueError(
            f"{path} lists what lies in the {_FROM_ROOT} of an archive, and there is none beside "
            "it: say where, with the base https://data.commoncrawl.org/ or s3://commoncrawl/"
        )
    return folder
