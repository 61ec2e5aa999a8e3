"""Common Crawl's archives of robots.txt files -> what was captured in them."""

import gzip
import posixpath
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import ada_url
import fsspec
from fsspec.core import has_magic, url_to_fs

from crawl2clip.filter.robots.robots_txt import MOST_BYTES, our_rules
from crawl2clip.io.path_lists import paths_in, whole
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import redacted

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_REDIRECTS = (301, 302, 303, 307, 308)
_GZIP_MAGIC = b"\x1f\x8b\x08"
_BLOCK_BYTES = 1 << 20
_LONGEST = 1_000  # letters of a problem with a path in it


class Capture(NamedTuple):
    """One answer to the request for a robots.txt; or an archive that can't be read to its end.

    url: its address; the archive's path if there is a problem. at: seconds since 1970. rules: ''
    where all is allowed, which is so for any status but 200. moved_to: where a redirect leads.
    """

    url: str
    at: float = 0.0
    rules: str = ""
    moved_to: str | None = None
    problem: str | None = None


def paths(source: str, base: str | None = None) -> list[str]:
    """The archives of a glob, or of a list such as robotstxt.paths.gz; or the one named.

    A relative path in a list starts at `base`, else at the list's own folder. Raises ValueError if
    there are none.
    """
    files, name = url_to_fs(source)
    if has_magic(name):
        found = [_full(files, match) for match in sorted(files.glob(name))]
    elif not files.exists(name):
        raise ValueError(f"there is no {source}; it wants robotstxt archives, or a list of them")
    elif name.endswith((".warc", ".warc.gz")):
        found = [_full(files, name)]
    else:
        found = _listed(source, base or posixpath.dirname(_full(files, name)))
    if not found:
        raise ValueError(f"{source} names no archive")
    return list(dict.fromkeys(found))


def _full(files: fsspec.AbstractFileSystem, name: str) -> str:
    return name if "file" in files.protocol else files.unstrip_protocol(name)


def _listed(path: str, folder: str) -> list[str]:
    try:
        with fsspec.open(path, "rt", encoding="utf-8-sig", compression="infer") as file:
            return [whole(folder, line) for line in paths_in(file.read())]
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is no list of archives: {error}") from None


def captures(path: str, agents: Sequence[str]) -> Iterator[Capture]:
    """All answers in an archive; last, if it is missing or broken, its problem.

    Where an archive is broken reading ends. Raises OSError if the machine fails, so that the task
    can be tried again.
    """
    try:
        with fsspec.open(path, "rb") as file:
            yield from _captures(path, file, agents)
    except (FileNotFoundError, NotADirectoryError):
        yield Capture(path, problem=_problem(f"missing file: {path}"))
    except OSError as error:
        if type(error) is not OSError or error.errno is not None:
            raise  # only the decoders raise it bare
        yield Capture(path, problem=_problem(f"unreadable file: {path}: {error}"))


def _problem(text: str) -> str:
    return printable(redacted(text), _LONGEST)


def _captures(path: str, file: BinaryIO, agents: Sequence[str]) -> Iterator[Capture]:
    from fastwarc.warc import ArchiveIterator

    last = None
    for record in ArchiveIterator(file, parse_http=False, fsspec_args=False):
        last = record.stream_pos
        if capture := _capture(record, agents):
            yield capture
    if last is None or not _ends_whole(file, last):
        raise OSError("no WARC record in it" if last is None else f"cut off after byte {last}")


def _capture(record: "WarcRecord", agents: Sequence[str]) -> Capture | None:
    """None for what is no answer, or has no address."""
    from fastwarc.warc import WarcRecordType

    if record.record_type != WarcRecordType.response:
        return None
    record.parse_http(quirks_mode=True)  # some servers end lines with LF alone
    http = record.http_headers
    try:
        url = ada_url.normalize_url((record.headers.get("WARC-Target-URI") or "").strip("<>"))
    except ValueError:
        return None
    date = record.record_date
    at = date.timestamp() if date else 0.0
    if http is None or http.status_code != 200:
        moved = http is not None and http.status_code in _REDIRECTS
        return Capture(url, at, moved_to=_target(url, http.get("Location")) if moved else None)
    return Capture(url, at, our_rules(record.reader.read(MOST_BYTES), agents))


def _target(url: str, location: str | None) -> str | None:
    try:
        return ada_url.join_url(url, location) if location else None
    except ValueError:
        return None


def _ends_whole(file: BinaryIO, last: int) -> bool:
    """Whether nothing is missing behind the start of the last record; the reader does not tell."""
    file.seek(0)
    is_gzip = file.read(3) == _GZIP_MAGIC
    file.seek(last)
    rest = file.read()
    if not is_gzip:
        return rest.endswith(b"\r\n\r\n")
    if not rest.startswith(_GZIP_MAGIC):  # all records in one member: where it ends, nobody knows
        return True
    member = zlib.decompressobj(31)
    while rest and not member.eof:
        member.decompress(rest, _BLOCK_BYTES)
        rest = member.unconsumed_tail
    return member.eof and not member.unused_data
