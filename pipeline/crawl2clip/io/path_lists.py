"""A list of paths in a file, one a line: ours, or the `warc.paths.gz` of Common Crawl."""

import gzip
import posixpath
import zlib
from pathlib import Path
from typing import BinaryIO

from crawl2clip.io.archive_paths import paths_in, whole
from crawl2clip.io.remote import info, is_on_the_web, opened

_ARCHIVE_STARTS = (b"WARC/", b"filedesc:")
# The longest list there is, of a crawl's 90,000 files, has 14 million bytes.
_MOST_BYTES = 128 << 20
# What Common Crawl's lists start with; it is relative to the root, wherever the list itself lies.
_FROM_ROOT = "crawl-data/"


def listed(path: str, base: str | None = None) -> list[str] | None:
    """The paths, made whole; None if the file is an archive by whatever name.

    '#' starts a comment. A relative path starts at `base`; else one that starts with crawl-data/
    at the folder that holds the crawl-data/ in which the list lies; else at the list's own folder.
    Raises ValueError for a file that is neither, or whose paths lead nowhere without a base.
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
    """A signature may hold slashes."""
    return path.partition("?")[0] if is_on_the_web(path) else path


def full(path: str) -> str:
    """An absolute path if it is a local one."""
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
    """Where the paths of a crawl start, by where its list lies."""
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
