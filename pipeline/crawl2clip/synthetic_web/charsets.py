"""Choose the charset of a page, and how the page declares it."""

from crawl2clip.synthetic_web.settings import SampleSettings

# In turn, page by page of a language. Python's names, which are WHATWG labels too.
_CHARSETS = {
    "en": ("utf-8", "windows-1252", "utf-8"),
    "de": ("iso-8859-1", "utf-8"),
    "fr": ("windows-1252", "utf-8"),
    "es": ("iso-8859-1", "utf-8"),
    "pt": ("utf-8", "windows-1252"),
    "ru": ("windows-1251", "utf-8", "koi8-r"),
    "el": ("iso-8859-7", "utf-8"),
    "ja": ("shift_jis", "utf-8", "euc-jp"),
    "zh": ("gb2312", "gb18030", "utf-8"),
    "ar": ("windows-1256", "utf-8"),
    "hi": ("utf-8",),
}


def charset(lang: str, nth: int, kind: str) -> str:
    """Return the charset of the nth page in a language."""
    if kind == "charset_by_bom":
        return "utf-8"
    turns = _CHARSETS[lang]
    return turns[nth % len(turns)]


def content_type(kind: str, charset: str) -> str:
    """Return the header of a page; only some kinds leave the charset out."""
    silent = ("charset_by_meta", "charset_by_bom", "charset_undeclared")
    return "text/html" if kind in silent else f"text/html; charset={charset}"


def meta(kind: str, charset: str, nth: int) -> str:
    """Return the element that declares the charset, or '' if the page has none."""
    if kind == "charset_conflict":  # the header, which is right, counts for more
        return f'<meta charset="{"utf-8" if charset != "utf-8" else "iso-8859-1"}">'
    if kind != "charset_by_meta":
        return ""
    if nth % 2:
        return f'<META http-equiv=Content-Type content="text/html; charset={charset}">'
    return f'<meta charset="{charset}">'


def encoded(html: str, kind: str, charset: str) -> bytes:
    """Encode the page; characters that the charset lacks become character references."""
    data = html.encode(charset, "xmlcharrefreplace")
    return b"\xef\xbb\xbf" + data if kind == "charset_by_bom" else data


def languages(settings: SampleSettings, others: list[str]) -> list[str]:
    """Return the language of each page: English for its share, the others in turn, well mixed."""
    turns, shares = [], 0.0
    for _ in range(settings.pages):
        shares += settings.english
        if shares >= 1:
            shares -= 1
            turns.append("en")
        else:
            turns.append(others[(len(turns) - turns.count("en")) % len(others)])
    return turns
