"""Divide files into the byte ranges that tasks read."""

from collections.abc import Iterable

import fsspec

# About 100 MB of wikitext, which takes a core a few minutes; English's dump is 700 of them.
RANGE_BYTES = 32 << 20


def ranges(paths: Iterable[str], size: int = RANGE_BYTES) -> list[tuple[str, int, int]]:
    """Return (file, first byte, byte after the last) for all files that the paths or globs match.

    Raises ValueError for a path that matches no file.
    """
    return [
        (name, start, min(start + size, length))
        for path in paths
        for name, length in files(path)
        for start in range(0, length, size)
    ]


def files(path: str) -> list[tuple[str, int]]:
    """Return the names, as fsspec reads them, and sizes in bytes of the files of a path.

    path: a path or glob. Raises ValueError if no file matches.
    """
    filesystem, local = fsspec.core.url_to_fs(path)
    found = filesystem.glob(local, detail=True)
    items = [item for item in found.values() if item["type"] == "file"]
    if not items:
        raise ValueError(f"there is no file {path}")
    return sorted((filesystem.unstrip_protocol(item["name"]), item["size"]) for item in items)
