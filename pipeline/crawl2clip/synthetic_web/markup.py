"""Write HTML that shows a picture, in the ways of real pages, with the expected pairs."""

from collections.abc import Callable
from dataclasses import replace
from html import escape

from crawl2clip.synthetic_web.broken_html import broken_img
from crawl2clip.synthetic_web.expected_pairs import ExpectedPair, Placed
from crawl2clip.synthetic_web.links import entities, many_entities, spelt_out

# Turns an address into a link as the page writes it.
Link = Callable[[str], str]
Html = tuple[str, list[ExpectedPair]]


def markup(placed: Placed, link: Link) -> Html:
    """Return the HTML for a picture, by its kind."""
    return _KINDS.get(placed.kind, _img)(placed, link)


def _img(placed: Placed, link: Link) -> Html:
    return f'<img src="{escape(link(placed.url))}" alt="{escape(placed.text)}">', [placed.offer()]


def _entities(placed: Placed, link: Link) -> Html:
    html = f'<img src="{escape(link(placed.url))}" alt="{many_entities(placed.text)}">'
    return html, [placed.offer()]


def _entity_url(placed: Placed, link: Link) -> Html:
    html = f'<img src="{entities(link(placed.url))}" alt="{escape(placed.text)}">'
    return html, [placed.offer()]


def _unsafe_url(placed: Placed, link: Link) -> Html:
    html = f'<img src="{escape(spelt_out(link(placed.url)))}" alt="{escape(placed.text)}">'
    return html, [placed.offer()]


def _pixel(placed: Placed, link: Link) -> Html:
    src, alt = escape(link(placed.url)), escape(placed.text)
    return f'<img width=1 height=1 src="{src}" alt="{alt}">', [placed.offer()]


def _lazy(placed: Placed, link: Link) -> Html:
    blank, src, alt = link(placed.placeholder), escape(link(placed.url)), escape(placed.text)
    html = f'<img class="lazy" src="{blank}" data-src="{src}" alt="{alt}">'
    stand_in = ExpectedPair(placed.placeholder, placed.text, placed.lang, False, ("placeholder",))
    return html, [stand_in, placed.offer(found_in="lazy")]


def _srcset(placed: Placed, link: Link) -> Html:
    small, large = link(placed.variant), link(placed.url)
    html = (
        f'<img src="{escape(small)}" srcset="{escape(small)} 200w, {escape(large)} 400w" '
        f'sizes="(max-width: 600px) 200px, 400px" alt="{escape(placed.text)}">'
    )
    return html, [placed.offer(url=placed.variant), placed.offer(found_in="srcset")]


def _picture(placed: Placed, link: Link) -> Html:
    html = (
        f'<picture><source type="image/webp" srcset="{escape(link(placed.variant))}">'
        f'<img src="{escape(link(placed.url))}" alt="{escape(placed.text)}"></picture>'
    )
    return html, [placed.offer(url=placed.variant, found_in="picture"), placed.offer()]


def _noscript(placed: Placed, link: Link) -> Html:
    html = (
        f'<img class="lazyload" src="{link(placed.placeholder)}" alt="">'
        f'<noscript><img src="{escape(link(placed.url))}" alt="{escape(placed.text)}"></noscript>'
    )
    return html, [placed.offer(found_in="noscript")]


def _figcaption(placed: Placed, link: Link) -> Html:
    src, alt, caption = escape(link(placed.url)), escape(placed.text), escape(placed.more)
    html = (
        f'<figure>\n<img src="{src}" alt="{alt}">\n'
        f"<figcaption>{caption.replace(' ', ' <b></b>', 1)}</figcaption>\n</figure>"
    )
    return html, [placed.offer(), placed.offer(placed.more, text_source="figcaption")]


def _title(placed: Placed, link: Link) -> Html:
    src, alt, title = escape(link(placed.url)), escape(placed.text), escape(placed.more)
    html = f'<img src="{src}" title="{title}" alt="{alt}">'
    return html, [placed.offer(), placed.offer(placed.more, text_source="title")]


def _no_alt(placed: Placed, link: Link) -> Html:
    return f'<img src="{escape(link(placed.url))}">', [placed.offer("")]


def _blank_alt(placed: Placed, link: Link) -> Html:
    return f'<img src="{escape(link(placed.url))}" alt=" &nbsp;\n ">', [placed.offer("")]


def _repeated_pair(placed: Placed, link: Link) -> Html:
    first, offers = _img(placed, link)
    again, _ = _img(placed, link)
    return f"{first}\n<br>\n{again}", offers


def _broken_html(placed: Placed, link: Link) -> Html:
    html, text = broken_img(escape(link(placed.url)), placed.text)
    whole = text == placed.text
    return html, [replace(placed.offer(text), is_true=placed.is_true and whole)]


_KINDS: dict[str, Callable[[Placed, Link], Html]] = {
    "entities": _entities,
    "entity_url": _entity_url,
    "unsafe_url": _unsafe_url,
    "pixel": _pixel,
    "lazy": _lazy,
    "srcset": _srcset,
    "picture": _picture,
    "noscript": _noscript,
    "figcaption": _figcaption,
    "title": _title,
    "no_alt": _no_alt,
    "blank_alt": _blank_alt,
    "repeated_pair": _repeated_pair,
    "broken_html": _broken_html,
}
