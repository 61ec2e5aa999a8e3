"""Write files that are there whole or not at all, on this machine or in any store fsspec knows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, cast
from uuid import uuid4

import fsspec
from fsspec import AbstractFileSystem


def write_atomically(path: str, content: str | bytes) -> None:
    """Replace the file by this content at once: readers find the old file or the new one.

    Text is written as UTF-8; half a surrogate pair, which no file can hold, becomes '?'.
    """
    with replacing(path) as file:
        file.write(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))


@contextmanager
def replacing(path: str) -> Iterator[BinaryIO]:
    """Open a file to write that takes its place at `path` when the block ends without an error.

    Missing folders are made.
    """
    files, target = fsspec.url_to_fs(path)
    with suppress(PermissionError):  # a bucket is there, and need not let us make it
        files.makedirs(files._parent(target), exist_ok=True)
    with partial_file(files, target) as partial:
        with files.open(partial, "wb") as file:
            yield cast(BinaryIO, file)
        files.mv(partial, target)


@contextmanager
def partial_file(files: AbstractFileSystem, target: str) -> Iterator[str]:
    """Give a new name beside the target to write to, and remove what is left there in the end.

    Two attempts at one target never share a name. It starts with an underscore, so that Spark
    passes over it, and ends in `.tmp`. What a killed process leaves stays behind.
    """
    folder, slash, _ = target.rpartition("/")
    partial = f"{folder}{slash}_{uuid4().hex}.tmp"
    try:
        yield partial
    finally:  # an interrupted task cleans up too
        if files.exists(partial):
            files.rm(partial)
