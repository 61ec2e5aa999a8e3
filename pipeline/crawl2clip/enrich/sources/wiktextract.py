"""Parse lines of Wiktionary as wiktextract publishes it at kaikki.org."""

from dataclasses import dataclass

import msgspec

NOUNS = ("noun", "name")  # what wiktextract calls nouns and proper nouns
FUNCTION = frozenset({"article", "conj", "det", "particle", "postp", "prep", "pron"})
LONGEST_LINE = 16_000_000  # bytes; the longest there is has 5 MB
MOST_SENSES = 10
MOST_WORDS_OF_A_TARGET = 4  # K-LITE follows a link no further

USED, FUNCTION_WORD, OTHER = "used", "function word", "other part of speech"
NO_GLOSS, MALFORMED = "no gloss", "malformed line"


class _Link(msgspec.Struct):
    word: str = ""


class _Sense(msgspec.Struct):
    glosses: list[str] = []
    form_of: list[_Link] = []
    alt_of: list[_Link] = []


class _Line(msgspec.Struct):
    word: str = ""
    lang_code: str = ""
    pos: str = ""
    senses: list[_Sense] = []


@dataclass(frozen=True)
class Entry:
    """Holds the content of a line.

    kind: whether it is used, or why not. senses: the first gloss of each, each cut to so many
    characters; cut: how many were. target: the word of which the first sense only says that this
    is a form or another spelling.
    """

    kind: str
    lang: str = ""
    term: str = ""
    senses: tuple[str, ...] = ()
    target: str | None = None
    cut: int = 0


_DECODER = msgspec.json.Decoder(_Line)


def entry(line: str, pos: tuple[str, ...] = NOUNS, most_chars: int = 1_000) -> Entry:
    """Parse a line into an entry, whose kind tells what is wrong with a malformed one.

    pos: the parts of speech to use, as wiktextract calls them.
    """
    data = line.encode("utf-8", "surrogatepass")
    try:
        read = _DECODER.decode(data) if len(data) <= LONGEST_LINE else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        read = None
    if read is None:
        return Entry(MALFORMED)
    if read.pos in FUNCTION and read.pos not in pos:
        return Entry(FUNCTION_WORD, read.lang_code, read.word)
    if read.pos not in pos or not read.lang_code:  # a redirect has no language
        return Entry(OTHER, read.lang_code, read.word)
    glosses = [sense.glosses[0] for sense in read.senses if any(sense.glosses[:1])][:MOST_SENSES]
    target = _target(read.senses[0]) if read.senses else None
    kind = USED if glosses or target else NO_GLOSS
    long = sum(len(gloss) > most_chars for gloss in glosses)
    return Entry(
        kind,
        read.lang_code,
        read.word,
        tuple(shortened(gloss, most_chars) for gloss in glosses),
        target,
        long,
    )


def shortened(gloss: str, most_chars: int) -> str:
    """Return the gloss with its white space collapsed, cut after the last whole word that fits."""
    text = " ".join(gloss[: most_chars + 1].split())
    if len(gloss) <= most_chars:
        return text
    return text[:most_chars].rpartition(" ")[0] or text[:most_chars]


def _target(sense: _Sense) -> str | None:
    for link in (*sense.form_of, *sense.alt_of):
        if 0 < len(link.word.split()) <= MOST_WORDS_OF_A_TARGET:
            return link.word
    return None
