"""Read the captures in Common Crawl's archives of robots.txt files."""

import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import ada_url

from crawl2clip.filter.robots.robots_txt import MOST_BYTES, our_rules
from crawl2clip.io.damage import is_damage
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import redacted
from crawl2clip.io.remote import opened

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_REDIRECTS = (301, 302, 303, 307, 308)
_GZIP_MAGIC = b"\x1f\x8b\x08"
_BLOCK_BYTES = 1 << 20
_LONGEST = 1_000  # letters of a problem with a path in it


class Capture(NamedTuple):
    """A response to the request for a robots.txt, or an archive that can't be read to its end.

    url: the URL of the robots.txt, or the archive's path if there is a problem. at: seconds since
    1970. rules: '' if everything is allowed, as for any status but 200. moved_to: the target of a
    redirect.
    """

    url: str
    at: float = 0.0
    rules: str = ""
    moved_to: str | None = None
    problem: str | None = None


def captures(path: str, agents: Sequence[str]) -> Iterator[Capture]:
    """Yield all captures of an archive, followed by its problem if it is missing or broken.

    Reading stops where the archive is broken. Raises OSError if the machine fails, so that the task
    can be retried.
    """
    try:
        with opened(path) as file:
            yield from _captures(path, file, agents)
    except (FileNotFoundError, NotADirectoryError):
        yield Capture(path, problem=_problem(f"missing file: {path}"))
    except OSError as error:
        if not is_damage(error):
            raise
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
    """Return None for a record that is no response or has no valid URL."""
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
    """Return whether the last record is complete, which the reader does not check."""
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
