"""Map languages, by the codes of their Wikipedias, to dumps and to codes of other sources."""

import re
from collections.abc import Sequence

from crawl2clip.entries.sources.byte_ranges import files

LANG = "{lang}"

# Written without blanks between words. MetaCLIP 2 (Chuang et al. 2025).
NO_BLANKS = frozenset(
    ("bo", "dz", "ja", "km", "lo", "my", "ryu", "th", "zh", "zh_classical", "zh_yue")
)


# text.
TSHEG = "\u0f0b"
_BY_SYLLABLES = frozenset(("bo", "dz"))

# The Open Multilingual Wordnet names languages by ISO 639-3. MetaCLIP 2's code takes its "als",
# which is Albanian, for the Wikipedia of that name, which is Alemannic; here it is Albanian's.
OMW_CODES = {
    "sq": "als", "ar": "arb", "bg": "bul", "ca": "cat", "zh": "cmn", "da": "dan", "el": "ell",
    "eu": "eus", "fi": "fin", "fr": "fra", "gl": "glg", "he": "heb", "hr": "hrv", "id": "ind",
    "is": "isl", "it": "ita", "ja": "jpn", "lt": "lit", "nl": "nld", "nn": "nno", "no": "nob",
    "pl": "pol", "pt": "por", "ro": "ron", "sk": "slk", "sl": "slv", "es": "spa", "sv": "swe",
    "th": "tha", "ms": "zsm",
}  # fmt: skip

# Wikis whose dumps are named as if these were languages.
_NO_LANGUAGES = frozenset(
    ("commons", "foundation", "incubator", "mediawiki", "meta", "outreach", "sources", "species")
) | {"test", "test2", "wikidata", "wikimania"}


def joined_by(lang: str) -> str:
    """Return the separator of two words of the language where there is no punctuation."""
    return TSHEG if lang in _BY_SYLLABLES else "" if lang in NO_BLANKS else " "


def dumps(patterns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the files that the paths or globs match, by the code that stands in place of {lang}.

    Raises ValueError for one that matches no file or does not contain {lang}.
    """
    found: dict[str, list[str]] = {}
    for pattern in patterns:
        if LANG not in pattern:
            raise ValueError(f"{pattern} does not say where the language stands: {LANG}wiki-*.bz2")
        named = _regex(pattern)
        for name, _ in files(pattern.replace(LANG, "*")):
            if (match := named.search(name)) and match["lang"] not in _NO_LANGUAGES:
                found.setdefault(match["lang"], []).append(name)
    return {lang: tuple(names) for lang, names in sorted(found.items())}


def _regex(pattern: str) -> re.Pattern[str]:
    """Return a pattern of the names that the glob matches, with a group `lang`."""
    local = pattern.partition("://")[2] or pattern
    parts = re.split(r"(\*+|\?|\{lang\})", local.removeprefix("./").lstrip("/"))
    wild = {"?": ".", "*": "[^/]*", "**": ".*", LANG: "(?P=lang)"}
    body = [wild.get(part, re.escape(part)) for part in parts]
    body[parts.index(LANG)] = "(?P<lang>[a-z][a-z0-9_]*?)"
    return re.compile(f"(?:^|/){''.join(body)}$")
