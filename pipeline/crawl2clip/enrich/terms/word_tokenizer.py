"""Split texts into words, for captions and dictionaries alike.

Letters, digits and marks make words, all else separates them: "T-shirts" is two, "dog's" is dog and
s. Scripts without blanks between words count letter by letter. Words are in lower case, NFKC.
"""

import re
import unicodedata
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BREAK = b"\xff"  # in the place between two texts; no byte of UTF-8

# Thai to Tibetan, Myanmar, Khmer, kana, Han.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)


def _marks() -> str:
    """Return ranges of the combining marks, which `re` does not count among letters."""
    found = [c for c in range(0x300, 0x1F000) if unicodedata.category(chr(c)).startswith("M")]
    runs = groupby(enumerate(found), key=lambda pair: pair[1] - pair[0])
    ends = [(run[0][1], run[-1][1]) for run in (list(group) for _, group in runs)]
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ends)


_MARKS = _marks()
_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_WORD = re.compile(rf"[{_UNSPACED}][{_MARKS}]*|(?:(?!_)[\w{_MARKS}](?<![{_UNSPACED}]))+")
# Bytes of an ASCII text to those of its words and blanks; other bytes stay as they are.
_ASCII = bytes(
    ord(chr(byte).lower() if chr(byte).isalnum() else " ") if byte < 0x80 else byte
    for byte in range(256)
)


class _Letters(dict[int, str]):
    """Maps characters of words to themselves, others to a blank; filled on demand."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        self[code] = letter if _WORD.match(letter) else " "
        return self[code]


_LETTERS = _Letters()


def words(text: str) -> list[str]:
    """Return the words of a text in order."""
    if text.isascii():
        return text.encode().translate(_ASCII).decode().split()
    form = unicodedata.normalize("NFKC", text).lower()
    if _UNSPACED_LETTER.search(form):
        return _WORD.findall(form)
    return form.translate(_LETTERS).split()  # what _WORD finds, in half the time


def key(term: str) -> str:
    """Return what equal terms have in common: their words with single blanks between them."""
    return " ".join(words(term))


def tokens(texts: pa.Array) -> pa.BinaryArray:
    """Return the words of all texts of a column in order, UTF-8, with BREAK after each text's.

    A null has none. ASCII texts, most of them, never become single Python objects.
    """
    texts = pc.fill_null(texts, "")
    plain = pc.string_is_ascii(texts)
    if not pc.all(plain).as_py():
        spelt = [key(text) for text in texts.filter(pc.invert(plain)).to_pylist()]
        texts = pc.replace_with_mask(texts, pc.invert(plain), pa.array(spelt, texts.type))
    column = pa.ListArray.from_arrays([0, len(texts)], texts.cast(pa.binary()))
    joined = pc.binary_join(column, b" %b " % BREAK)[0].as_py()
    return _split(b"%b %b " % (joined.translate(_ASCII), BREAK) if len(texts) else b"")


def _split(text: bytes) -> pa.BinaryArray:
    """Split at blanks as text.split(b" ") does, without empty words, in numpy.

    The text ends with a blank.
    """
    letters = np.frombuffer(text, np.uint8) != ord(" ")
    ends = np.flatnonzero(letters[:-1] & ~letters[1:])
    stops = np.concatenate([[0], np.cumsum(letters)[ends]]).astype(np.int32)
    data = np.frombuffer(text, np.uint8)[letters]
    buffers = [None, pa.py_buffer(stops), pa.py_buffer(data)]
    return pa.BinaryArray.from_buffers(pa.binary(), len(ends), buffers)
