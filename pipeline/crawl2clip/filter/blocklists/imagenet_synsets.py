"""Find words whose first WordNet meaning is one of ImageNet's synsets."""

from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.filter.blocklists.list_files import read_list
from crawl2clip.shared.wordnet import WordNet, wordnet_folder

Offsets = frozenset[int]

BUNDLED = "imagenet21k_goog_synsets.txt"


def bundled_list() -> str:
    """Return the path of the list of ImageNet-21K's 21,843 synsets that the package timm carries.

    Raises ValueError, saying what to do, if timm is not installed.
    """
    spec = find_spec("timm")  # finds it without importing it, and torch with it
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / "data" / "_info" / BUNDLED
        if path.is_file():
            return str(path)
    raise ValueError("no list of synsets here: pip install timm brings one, or set synsets to one")


def read_offsets(path: str) -> Offsets:
    """Read the WordNet offsets of a list of synsets; an empty path reads the bundled list.

    Entries are n02084071 or plain numbers. Raises ValueError if there is no such list.
    """
    path = path or bundled_list()
    entries = read_list(path)
    odd = next((entry for entry in entries if not entry.lstrip("nvasr").isdecimal()), None)
    if odd is not None:
        raise ValueError(f"{path}: {odd!r} is not a synset; n02084071 would be one")
    return frozenset(int(entry.lstrip("nvasr")) for entry in entries)


def has_listed_synset(texts: pa.Array, wanted: Offsets) -> pa.Array:
    """Return whether a white-space separated word of each text has a first meaning in `wanted`.

    Null for null.
    """
    words = pc.utf8_split_whitespace(texts)
    found = words.flatten().dictionary_encode()
    is_wanted = [first_offset(word) in wanted for word in found.dictionary.to_pylist()]
    hits = pa.array(is_wanted, pa.bool_()).take(found.indices)
    rows = pc.list_parent_indices(words).filter(hits)
    any_hit = pc.is_in(pa.array(range(len(texts)), rows.type), value_set=rows)
    return pc.if_else(texts.is_valid(), any_hit, None)


@lru_cache(maxsize=1 << 20)  # words recur, and a look into WordNet costs 20 us
def first_offset(word: str) -> int | None:
    """Return the offset of the first meaning of a word or its base forms, nouns before verbs."""
    meanings = _wordnet().synsets(word)
    return meanings[0].offset if meanings else None


@cache  # one a worker process
def _wordnet() -> WordNet:
    return WordNet(wordnet_folder())
