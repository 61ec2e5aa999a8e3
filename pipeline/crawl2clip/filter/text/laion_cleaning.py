"""A text as LAION's workers left it, but for their bugs."""


def cleaned(text: str | None, most_chars: int) -> str | None:
    """The first characters of the text, mended, without what can't be printed; null for nothing.

    Blanks of all kinds become one: str.isprintable takes the no-break space for unprintable, and
    leaving it out would join two words.
    """
    if not text:
        return None
    text = text[:most_chars]
    if not (text.isascii() and text.isprintable() and "&" not in text):
        import ftfy  # slow to import, and most texts are plain

        text = ftfy.fix_text(text)
    words = ("".join(filter(str.isprintable, word)) for word in text.split())
    return " ".join(word for word in words if word) or None
