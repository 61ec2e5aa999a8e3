"""Words of the Open Multilingual Wordnet: a file of tab-separated lines for each language."""

import fsspec

from crawl2clip.entries.sources.languages import OMW_CODES


def omw_words(folder: str, lang: str) -> set[str]:
    """The lemmas of the Wikipedia's language, `_` a blank and without the `+` that some have.

    Empty if the folder has no such language; MetaCLIP 2 has 30. Lines are `synset lemma word` or
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
