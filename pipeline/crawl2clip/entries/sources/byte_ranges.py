"""Which bytes of which file a task reads."""

from collections.abc import Iterable

import fsspec

# Some 100 MB of wikitext, which take a core a few minutes; a dump of English is 700 of them.
RANGE_BYTES = 32 << 20


def ranges(paths: Iterable[str], size: int = RANGE_BYTES) -> list[tuple[str, int, int]]:
    """(file, first byte, byte after the last) for all files that the paths or globs name.

    Raises ValueError for a path that names no file.
    """
    return [
        (name, start, min(start + size, length))
        for path in paths
        for name, length in files(path)
        for start in range(0, length, size)
    ]


def files(path: str) -> list[tuple[str, int]]:
    """Files that the path or glob names: names, as fsspec takes them, and lengths in bytes.

    Raises ValueError if there is none.
    """
    filesystem, local = fsspec.core.url_to_fs(path)
    found = filesystem.glob(local, detail=True)
    items = [item for item in found.values() if item["type"] == "file"]
    if not items:
        raise ValueError(f"there is no file {path}")
    return sorted((filesystem.unstrip_protocol(item["name"]), item["size"]) for item in items)
