"""Write malformed HTML whose meaning the standard still defines."""

from html import escape

from crawl2clip.synthetic_web.expected_pairs import ExpectedPair
from crawl2clip.synthetic_web.settings import LINK_KINDS

# {src} is escaped already, {alt} too. A picture in each, and its whole alt text.
_FORMS = (
    "<IMG SRC='{src}' ALT='{alt}'/>",
    '<img alt="{alt}" alt="a second alt counts for nothing" src="{src}" src="/not/this.jpg">',
    '<img src={src} alt="{alt}" / >',
    '<image src="{src}" alt="{alt}">',
    '<img\n\tsrc\n=\n"{src}"alt = "{alt}"<p>',
    '<table><tr><img src="{src}" alt="{alt}"><td>a cell</table>',
    '<button><p><a href="#"><img src="{src}" alt="{alt}"></b></button>',
    '<ul><li><b><i><img src="{src}" alt="{alt}"></b></ul></i>',
    '<p><img class="a\0b" src="{src}" alt="{alt}" 1="2" "></p></div>',
    '<!-- <img src="/not/this.jpg" alt="inside a comment"> --><img src="{src}" alt="{alt}">',
)

# What stands before all else on a broken page, and after it.
START = (
    '<p>No doctype, no head\0<script>document.write(\'<img src="/not/this.jpg" alt="in a '
    "script\">');</script>\n<div><p><b>\n"
)
END = '\n<p>unclosed <a href="next.html"><img src="/not/this.jpg" alt="never closed'

_BAD_URLS = (
    "http://[oops/{n}.jpg",
    "http://",
    "http://127.0.0.2:99999/{n}.jpg",
    "https://ex ample/",
)
_ODD_LINKS = {
    "empty_src": "",
    "data_uri": "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
    "javascript_url": "javascript:void({n})",
    "other_scheme": "ftp://127.0.0.2/{n}.jpg",
}


def broken_img(src: str, text: str) -> tuple[str, str]:
    """Return a picture in malformed HTML, and the text that an HTML parser finds for it.

    The form depends on the link, so all forms occur. An alt without quotes ends at the first space.
    """
    form = sum(src.encode()) % (len(_FORMS) + 1)
    if form == len(_FORMS):
        return f"<img src={src} alt={escape(text)}>", text.split()[0]
    return _FORMS[form].format(src=src, alt=escape(text)), text


def odd_link(kind: str, number: int, text: str, lang: str) -> tuple[str, ExpectedPair]:
    """Return an img whose link leads to no picture; kind is one of LINK_KINDS."""
    if kind not in LINK_KINDS:
        raise ValueError(f"{kind} is none of {', '.join(LINK_KINDS)}")
    link = _ODD_LINKS.get(kind, _BAD_URLS[number % len(_BAD_URLS)]).replace("{n}", str(number))
    html = f'<img src="{link}" alt="{escape(text)}">'
    return html, ExpectedPair(None, text, lang, False, (kind,))
