"""Read files of a web server with as few requests as possible.

One request reads a whole file if nothing breaks: a client that requests every block is throttled.
After a dropped connection reading resumes at the next byte, if the file is unchanged.
"""

import errno
import io
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO, NoReturn

import requests
import urllib3

from crawl2clip.io.block_cache import BlockFile, on_disk
from crawl2clip.io.http_responses import Version, answered, version_of
from crawl2clip.io.redaction import without_secrets
from crawl2clip.io.retry import TransientError, with_retries

BLOCK_BYTES = 1 << 20
PART_BYTES = 1 << 17  # what is lost at most when a connection drops


def opened(url: str) -> BinaryIO:
    """Open the file for random access.

    Raises FileNotFoundError if there is none, PermissionError if access is refused, and OSError,
    also while reading, if the server fails for minutes or the file changes meanwhile.
    """
    stream = Stream(url)
    try:
        with_retries(stream.connect, url)
    except BaseException:  # a killed task must clean up too; it is raised again
        stream.close()
        raise
    if stream.has_ranges and stream.size is not None:
        file = BlockFile(stream.read, stream.size, BLOCK_BYTES, stream.close)
        return io.BufferedReader(file, PART_BYTES)
    # The server can't send a part: to go back would be to start from the beginning.
    with closing(stream):
        return on_disk(stream.blocks())


class Stream:
    """Reads the bytes of one address from any offset on, over as few connections as possible."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()
        self.name = without_secrets(url)  # for errors
        self.response: requests.Response | None = None
        self.at = 0  # of the next byte of the response
        self.version: Version | None = None
        self.has_ranges = False

    @property
    def size(self) -> int | None:
        return self.version.size if self.version else None

    def blocks(self) -> Iterator[bytes]:
        """Yield the whole file, whether or not the server tells its size."""
        at = 0
        while block := self.read(at, at + BLOCK_BYTES):
            yield block
            at += len(block)

    def read(self, start: int, end: int) -> bytes:
        """Return the bytes from start to end: fewer only at the end of the file."""
        data = bytearray()
        end = end if self.size is None else min(end, self.size)

        def fill() -> None:  # a retry resumes where it broke
            while start + len(data) < end:
                part = self._part(start + len(data), end)
                if not part:
                    return
                data.extend(part)

        with_retries(fill, self.url)
        return bytes(data)

    def _part(self, at: int, end: int) -> bytes:
        if self.response is None or self.at != at:
            self.connect(at)
        part = self._received(min(PART_BYTES, end - at))
        if not part and self.size is not None:
            self._break_off("the answer ended early")
        return part

    def connect(self, at: int = 0) -> None:
        """Request all bytes from `at`. Raises TransientError; OSError if the file has changed."""
        self._hang_up()
        asked = {"Range": f"bytes={at}-", **(self.version.if_range() if self.version else {})}
        self.response = response = answered(self.session, "GET", self.url, asked)
        self._check_version(response, at)
        self.at = at
        if response.status_code == 206:
            self.has_ranges = True
            if not response.headers.get("Content-Range", "").startswith(f"bytes {at}-"):
                raise OSError(errno.EIO, "the server sends another part than asked for", self.name)
        elif response.status_code == 200:
            self._skip_to(at)

    def _check_version(self, response: requests.Response, at: int) -> None:
        found = version_of(response)
        is_cut = response.status_code == 416 and at > 0
        if is_cut or (self.version and self.version.differs(found)):
            raise OSError(errno.ESTALE, "has changed while it was read", self.name)
        self.version = self.version or found

    def _skip_to(self, at: int) -> None:
        """Skip known bytes: the server sent the whole file again."""
        self.at = 0
        while self.at < at:
            if not self._received(min(PART_BYTES, at - self.at)):
                self._break_off("the answer ended early")

    def _received(self, count: int) -> bytes:
        assert self.response is not None
        try:
            # The bytes as they are stored: some servers take .gz for a way of sending.
            part: bytes = self.response.raw.read(count, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            self._break_off(error)
        self.at += len(part)
        return part

    def _break_off(self, reason: object) -> NoReturn:
        self._hang_up()
        raise TransientError(reason)

    def _hang_up(self) -> None:
        if self.response is not None:
            self.response.close()
            self.response = None

    def close(self) -> None:
        self._hang_up()
        self.session.close()
