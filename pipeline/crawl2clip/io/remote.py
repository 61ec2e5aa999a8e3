"""Open files wherever they are: on this machine, a web server, S3, HDFS or another store."""

from typing import Any, BinaryIO, cast

import fsspec
from fsspec import AbstractFileSystem
from fsspec.utils import get_protocol

from crawl2clip.io import http, http_responses, s3
from crawl2clip.io.block_cache import on_disk


def is_on_the_web(path: str) -> bool:
    """Return whether a web server has the file; web servers can't list their files."""
    return get_protocol(path).lower() in ("http", "https")


def opened(path: str) -> BinaryIO:
    """Open the file for random access, in bounded memory.

    Raises FileNotFoundError if there is none, and OSError, also while reading, if the network or
    the store keeps failing.
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
    """Return the file system that has the path, and its name there. Not for web servers."""
    if get_protocol(path) in s3.PROTOCOLS:
        files = s3.filesystem()
        return files, files._strip_protocol(path)
    files, name = fsspec.url_to_fs(path)
    return files, name


def info(path: str) -> dict[str, Any] | None:
    """Describe the path as fsspec does: type, size and version; None if there is nothing.

    Raises OSError if that can't be determined.
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
