"""Clean captions as LAION's workers did, without their bugs."""

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class CleanText(Adding):
    """Add `text_clean`: the text repaired by ftfy, without unprintable characters.

    LAION-5B's workers (Schuhmann et al. 2022) take the first 2,000 characters and let ftfy repair
    them, including quotes, ligatures and character widths. They also rewrite vertical bars and
    backslashes for the sake of their file format; here these are kept. `text_fixed` is more
    conservative and repairs mojibake only. Null where nothing is left.
    """

    reads = ("text",)
    adds = ("text_clean",)

    most_chars: int = 2_000

    def check(self) -> None:
        if self.most_chars < 1:
            raise ValueError(f"most_chars is {self.most_chars}; it must be 1 or more")

    def added(self, pairs: DataFrame) -> Added:
        most = self.most_chars

        def ready() -> Make:
            return lambda texts: [
                pa.array([cleaned(text, most) for text in texts.to_pylist()], pa.string())
            ]

        return Added(("text",), self.adds, ready)


def cleaned(text: str | None, most_chars: int) -> str | None:
    """Return the first characters of the text, repaired and printable; None if nothing is left.

    White space of any kind becomes one space: str.isprintable regards the no-break space as
    unprintable, and removing it would join two words.
    """
    if not text:
        return None
    text = text[:most_chars]
    if not (text.isascii() and text.isprintable() and "&" not in text):
        import ftfy  # slow to import, and most texts are plain

        text = ftfy.fix_text(text)
    words = ("".join(filter(str.isprintable, word)) for word in text.split())
    return " ".join(word for word in words if word) or None
