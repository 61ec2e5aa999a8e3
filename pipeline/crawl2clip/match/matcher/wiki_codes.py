"""Map languages to the Wikipedia whose entries they are matched with."""

from collections.abc import Collection

# fastText's lid.176 was trained on Wikipedia and names languages as it does, but for these.
WIKI_CODES = {"cbk": "cbk_zam", "yue": "zh_yue"}

OTHER = "other"


def wiki_code(label: str) -> str:
    """Return the code of the Wikipedia in the language that fastText calls `label`."""
    return WIKI_CODES.get(label, label)


def list_of(label: str | None, lists: Collection[str]) -> str | None:
    """Return the name of the list that texts of the language are matched with, or None.

    It is that of the language's Wikipedia; else that of the language it is a variant of: MetaCLIP 2
    (Chuang et al. 2025) merges variants by the part before '_', so Cantonese, zh_yue, is matched
    with zh. All others, and texts without a language, are matched with the list 'other'.
    """
    code = wiki_code(label or OTHER)
    for name in (code, code.partition("_")[0], OTHER):
        if name in lists:
            return name
    return None
