"""Read a folder of entry lists in many languages."""

from pathlib import PurePosixPath

import fsspec

from crawl2clip.shared.entry_list import read_entries


def read_lists(folder: str) -> dict[str, list[str]]:
    """Return the lists in a folder by language code: en.json, ja.json.gz, de.parquet, fr/.

    Raises ValueError, in one line, if there are none or if one is invalid.
    """
    lists: dict[str, list[str]] = {}
    for path in _paths(folder):
        code = PurePosixPath(path).name.partition(".")[0]
        if code in lists:
            raise ValueError(f"{folder} has two entry lists for {code}")
        lists[code] = read_entries(path)
    return lists


def _paths(folder: str) -> list[str]:
    files, path = fsspec.url_to_fs(folder)
    if not files.isdir(path):
        raise ValueError(
            f"there is no folder {folder}; it wants a list a language, such as en.json"
        )
    inside = sorted(files.ls(path, detail=False))
    names = [n for n in inside if _is_list(PurePosixPath(n).name) or files.isdir(n)]
    if not names:
        raise ValueError(f"{folder} holds no entry list; it wants one a language, such as en.json")
    return [files.unstrip_protocol(name) for name in names]


def _is_list(name: str) -> bool:
    return not name.startswith((".", "_")) and name.endswith((".json", ".json.gz", ".parquet"))
