"""WordNet's part of the list."""

from pathlib import Path

from crawl2clip.entries.lists.list_settings import AUTO
from crawl2clip.shared.wordnet import WordNet, wordnet_folder


def wordnet_of(folder: str) -> WordNet:
    """WordNet in that folder, or where "auto" finds it. Raises ValueError if there is none."""
    return WordNet(wordnet_folder() if folder == AUTO else Path(folder))
