"""Read WordNet, and the Open Multilingual Wordnet's tab-separated file of each language."""

from pathlib import Path

import fsspec

from crawl2clip.entries.lists.list_settings import AUTO
from crawl2clip.entries.sources.languages import OMW_CODES
from crawl2clip.shared.wordnet import WordNet, wordnet_folder


def omw_words(folder: str, lang: str) -> set[str]:
    """Return the lemmas of a Wikipedia's language, with `_` as a space and without `+`.

    Empty if the folder lacks the language; MetaCLIP 2 has 30. Lines are `synset lemma word` or
    `synset fra:lemma word`; others are definitions and examples.
    """
    if lang not in OMW_CODES:
        return set()
    filesystem, local = fsspec.core.url_to_fs(folder)
    words: set[str] = set()
    for path in sorted(filesystem.glob(f"{local.rstrip('/')}/**/wn-data-{OMW_CODES[lang]}.tab")):
        with filesystem.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                fields = line.rstrip("\n").split("\t")
                if len(fields) >= 3 and fields[1].rpartition(":")[2] == "lemma":
                    words.add(fields[-1].replace("_", " ").replace("+", "").strip())
    return words


def open_wordnet(folder: str) -> WordNet:
    """Open WordNet in that folder, or where "auto" finds it. Raises ValueError if there is none."""
    return WordNet(wordnet_folder() if folder == AUTO else Path(folder))
