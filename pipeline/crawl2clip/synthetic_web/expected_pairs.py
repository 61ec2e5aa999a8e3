"""Define the pairs that an extractor should find on a page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpectedPair:
    """Represents one picture with one text, as it stands on a page.

    url: null where the link leads nowhere. text: null where there is none. The other fields are
    columns of the truth with the same names.
    """

    url: str | None
    text: str | None
    lang: str | None
    is_true: bool
    kind: tuple[str, ...]
    text_source: str = "alt"
    found_in: str = "src"


@dataclass(frozen=True)
class Placed:
    """Represents a picture that is to stand on a page with a text.

    more, variant, placeholder: the second text, the second file and the stand-in that some kinds
    of picture have.
    """

    url: str
    text: str
    lang: str | None
    is_true: bool
    kind: str
    more: str = ""
    variant: str = ""
    placeholder: str = ""

    def offer(self, text: str | None = None, url: str | None = None, **rest: str) -> ExpectedPair:
        """Return the pair of the picture and its text, with the given values replaced."""
        kind = (self.kind,) if self.kind else ()
        text = self.text if text is None else text
        return ExpectedPair(url or self.url, text or None, self.lang, self.is_true, kind, **rest)
