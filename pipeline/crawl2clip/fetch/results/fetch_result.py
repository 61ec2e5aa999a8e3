"""The result of fetching one URL, and its columns in Arrow."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pyarrow as pa


class FetchResult(NamedTuple):
    """An image, resized and encoded, with what is known of the original; or else a problem.

    Sizes are in pixels. The digests, in hex, are of the original's bytes, by which others list
    images. original_format: the name that Pillow has for it.
    """

    image: bytes | None = None
    width: int | None = None
    height: int | None = None
    original_width: int | None = None
    original_height: int | None = None
    sha256: str | None = None
    sha1: str | None = None
    md5: str | None = None
    original_bytes: int | None = None
    original_format: str | None = None
    problem: str | None = None


# Returns the result for each URL that it is called with.
Fetch = Callable[[Iterable[str]], dict[str, FetchResult]]

ARROW_TYPES = {
    "image": pa.binary(),
    "width": pa.int32(),
    "height": pa.int32(),
    "original_width": pa.int32(),
    "original_height": pa.int32(),
    "sha256": pa.string(),
    "sha1": pa.string(),
    "md5": pa.string(),
    "original_bytes": pa.int64(),
    "original_format": pa.string(),
    "problem": pa.string(),
}
