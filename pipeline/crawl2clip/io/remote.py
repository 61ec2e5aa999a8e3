"""Files wherever they are: on this machine, on a web server, in S3, in HDFS or another store."""

from typing import Any, BinaryIO, cast

import fsspec
from fsspec import AbstractFileSystem
from fsspec.utils import get_protocol

from crawl2clip.io import http, http_responses, s3
from crawl2clip.io.block_cache import on_disk


def is_on_the_web(path: str) -> bool:
    """Whether a web server has it, which can be asked for a file but not for what files it has."""
    return get_protocol(path).lower() in ("http", "https")


def opened(path: str) -> BinaryIO:
    """The file, ready to be read from any place, in bounded memory.

    Raises FileNotFoundError if there is none, and OSError, also while reading, if the network or
    the store fails and goes on failing.
    """
    if is_on_the_web(path):
        return http.opened(path)
    if get_protocol(path) in s3.PROTOCOLS:
        return s3.opened(path)
    files, name = store(path)
    file = files.open(name, "rb")
    if file.seekable():
        return cast(BinaryIO, file)
    with file:
        return on_disk(iter(lambda: file.read(1 << 20), b""))


def store(path: str) -> tuple[AbstractFileSystem, str]:
    """The file system that has it, and its name there. Not for what is on the web."""
    if get_protocol(path) in s3.PROTOCOLS:
        files = s3.filesystem()
        return files, files._strip_protocol(path)
    files, name = fsspec.url_to_fs(path)
    return files, name


def info(path: str) -> dict[str, Any] | None:
    """As fsspec says it: type, size, and what tells versions apart; None if there is nothing.

    Raises OSError if that can't be found out.
    """
    if is_on_the_web(path):
        return http_responses.info(path)
    if get_protocol(path) in s3.PROTOCOLS:
        return s3.info(path)
    files, name = store(path)
    try:
        found: dict[str, Any] = files.info(name)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found
