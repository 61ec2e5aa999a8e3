"""Read files in S3 and compatible stores with s3fs, and retry transient failures.

Keys, endpoints and other settings come from where the AWS tools look for them, and from fsspec's
settings (`FSSPEC_S3_ENDPOINT_URL=...`, `~/.config/fsspec/*.json`). Without any keys, requests are
not signed, which is how public buckets are read.
"""

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO

import fsspec

from crawl2clip.io.block_cache import BlockFile
from crawl2clip.io.redaction import redacted, without_secrets
from crawl2clip.io.retry import TransientError, with_retries

if TYPE_CHECKING:
    from s3fs import S3FileSystem

PROTOCOLS = ("s3", "s3a")
# One request each; S3 serves many, and each costs.
BLOCK_BYTES = 4 << 20
_BUFFER_BYTES = 1 << 17

# What s3fs makes of "slow down", "internal error" and of codes it doesn't know.
_LATER = (errno.EBUSY, errno.EREMOTEIO, errno.EIO)


def opened(path: str) -> BinaryIO:
    """Open the file for random access.

    Raises FileNotFoundError if there is none, PermissionError if access is refused, and OSError,
    also while reading, if S3 fails for minutes or the file changes meanwhile.
    """
    files = filesystem()

    def at_once() -> "io.RawIOBase":
        with _translated(path):
            return files.open(path, "rb", cache_type="none")  # type: ignore[no-any-return]

    def read(start: int, end: int) -> bytes:
        with _translated(path):
            file.seek(start)
            return file.read(end - start) or b""

    def fetch(start: int, end: int) -> bytes:
        return with_retries(partial(read, start, end), path)

    file = with_retries(at_once, path)
    size = file.seek(0, io.SEEK_END)
    return io.BufferedReader(BlockFile(fetch, size, BLOCK_BYTES, file.close), _BUFFER_BYTES)


def info(path: str) -> dict[str, Any] | None:
    """Describe the file as s3fs does; None if there is none. Raises OSError as `opened` does."""

    def at_once() -> dict[str, Any]:
        with _translated(path):
            return files.info(path)  # type: ignore[no-any-return]

    files = filesystem()
    try:
        return with_retries(at_once, path)
    except FileNotFoundError:
        return None


def filesystem() -> "S3FileSystem":
    """Return the configured file system; an anonymous one if no keys are found.

    Raises ModuleNotFoundError, naming what to install.
    """
    # No listings are kept: they would hide that a file has been written anew.
    files = fsspec.filesystem("s3", use_listings_cache=False)
    given = files.anon or files.key or "aws_access_key_id" in files.client_kwargs
    if given or _has_keys(tuple(sorted(files.kwargs.items()))):
        return files
    return fsspec.filesystem("s3", use_listings_cache=False, anon=True)


@lru_cache
def _has_keys(options: tuple[tuple[str, str], ...]) -> bool:
    """Return whether the AWS tools would find keys; on a machine of AWS this uses the network."""
    from botocore.session import Session

    return Session(**dict(options)).get_credentials() is not None


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """Raise transient failures as TransientError, and all others as OSError."""
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError, ConnectionError, HTTPClientError
    from s3fs.utils import FileExpired

    name = without_secrets(path)
    try:
        yield
    except FileExpired as error:
        raise OSError(errno.ESTALE, "has changed while it was read", name) from error
    except PermissionError as error:
        raise _not_for_us(name, error) from error
    except (ConnectionError, HTTPClientError, ClientError, TimeoutError) as error:
        raise TransientError(error) from error
    except BotoCoreError as error:
        raise OSError(errno.EINVAL, redacted(str(error)), name) from error
    except OSError as error:
        if error.errno in _LATER:
            raise TransientError(error) from error
        raise


def _not_for_us(path: str, error: OSError) -> PermissionError:
    message = str(error) or "forbidden"
    advice = "S3 wants other credentials, or any at all"
    if path.partition("://")[2].startswith("commoncrawl/"):
        advice += ". Common Crawl's bucket lets in every AWS account; without one, read the same "
        advice += "files from https://data.commoncrawl.org/"
    return PermissionError(errno.EACCES, f"{message}: {advice}", path)
