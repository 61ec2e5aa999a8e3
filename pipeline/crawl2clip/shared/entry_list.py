"""Read lists of entries, the texts that captions are matched with.

The id of an entry is its index.
"""

from typing import Any

import fsspec
import pyarrow.parquet as pq

from crawl2clip.io.bounded_json import read_json
from crawl2clip.shared.wordnet import WordNet, synset_names, wordnet_folder

BUNDLED = "wordnet"
MOST_BYTES = 1_000_000_000  # of a list, unpacked: forty times the longest there is
WANTED = (
    "it wants a JSON list of texts, or what crawl2clip entries writes; "
    f"{BUNDLED} is the list of numbers and WordNet's synsets alone"
)


def read_entries(path: str) -> list[str]:
    """Return the entries by id: a JSON list such as MetaCLIP's metadata.json, or a list of our own.

    Ours is the folder that `crawl2clip entries` writes, or the .parquet file in it. A JSON file
    that ends in .gz is decompressed. "wordnet" needs no file: the numbers 0 to 99 and the 86,554
    names of WordNet's synsets, the part of MetaCLIP's list that an installed package has.

    Raises ValueError, in one line, if there is no such list or if it does not hold distinct texts.
    """
    try:
        entries = _read(path)
    except FileNotFoundError:
        raise ValueError(f"there is no entry list {path}; {WANTED}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise ValueError(f"{path} is no list of texts; {WANTED}")
    if len(set(entries)) != len(entries):
        raise ValueError(f"{path} names an entry twice, so that ids would be ambiguous")
    return entries


def _read(path: str) -> Any:
    if path == BUNDLED:
        names = synset_names(WordNet(wordnet_folder())).keys() - {""}
        return sorted({*names, *map(str, range(100))})
    if path.endswith(".parquet"):
        return _read_parquet(path)
    filesystem, local = fsspec.core.url_to_fs(path)
    if filesystem.isdir(local):
        path = f"{path.rstrip('/')}/metadata.json"
    return read_json(path, MOST_BYTES)


def _read_parquet(path: str) -> list[Any]:
    """Return the entries in the order of their ids, which must be 0, 1, 2, ..."""
    with fsspec.open(path, "rb") as file:
        try:
            table = pq.read_table(file, columns=["id", "entry"]).sort_by("id")
        except (ValueError, KeyError) as error:  # Arrow's own errors are ValueErrors
            raise ValueError(f"{path} is no entry list: {error}; {WANTED}") from None
    if table["id"].to_pylist() != list(range(len(table))):
        raise ValueError(f"{path} lacks an id, or has one twice: they must be 0, 1, 2, ...")
    return list(table["entry"].to_pylist())
