"""Make foreign text safe to print: in a terminal, a log or a column that a person will read."""

import re

# C0 controls, DEL and C1 controls, which steer terminals; marks, embeddings, overrides and
# isolates of the bidirectional algorithm, which make a text read as another; line and paragraph
# separators; the deprecated format characters, interlinear annotations, the byte order mark and
# tags, which show nothing; surrogates, which no UTF-8 can hold.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str, most: int = 200) -> str:
    """Return `text` on one line, at most `most` characters long, each of them harmless.

    Characters that a terminal would obey, or that hide or reorder others, become escapes as in
    Python's literals: `\\x1b`, `\\u202e`. A line break is such a character too.
    """
    return _UNPRINTABLE.sub(_escape, text[:most])[:most]


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
