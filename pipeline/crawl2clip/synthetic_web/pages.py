"""Plan the pages: their addresses, their charsets, and the HTML that shows their pictures."""

from collections import Counter
from dataclasses import dataclass
from html import escape
from random import Random

from crawl2clip.synthetic_web import broken_html, captions, charsets
from crawl2clip.synthetic_web.expected_pairs import ExpectedPair, Placed
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.links import written
from crawl2clip.synthetic_web.markup import markup
from crawl2clip.synthetic_web.pictures import hosts
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.scenes import random_scene
from crawl2clip.synthetic_web.settings import LINK_KINDS, PAGE_KINDS, PAGE_SIGNALS, SampleSettings

_TARGETS = ("/page{n}.html", "/blog/2025/07/post-{n}/", "/gallery/{n}/", "/shop/item/{n}.html")


@dataclass(frozen=True)
class Page:
    """Represents one page.

    kind: '' for a clean one. odd_links: those of LINK_KINDS that stand on it.
    """

    number: int
    kind: str
    lang: str
    charset: str
    host: str
    target: str
    opt_out: tuple[str, ...]
    odd_links: tuple[str, ...]


def pages(settings: SampleSettings) -> list[Page]:
    """Return all pages by number."""
    others = [code for code in LANGUAGES if code != "en"]
    langs, kinds = charsets.languages(settings, others), _kinds(settings)
    links, there = _odd_links(settings), hosts(settings)
    signals, nth, made = 0, Counter[str](), []
    for number, (lang, kind) in enumerate(zip(langs, kinds, strict=True)):
        signal = (PAGE_SIGNALS[signals % len(PAGE_SIGNALS)],) if kind == "page_opt_out" else ()
        signals += len(signal)
        charset = charsets.charset(lang, nth[lang], kind)
        nth[lang] += 1
        target = rng(settings.seed, "target", number).choice(_TARGETS).replace("{n}", str(number))
        host = there[number % len(there)]
        made.append(Page(number, kind, lang, charset, host, target, signal, links[number]))
    return made


def _kinds(settings: SampleSettings) -> list[str]:
    counts = settings.counts(PAGE_KINDS)
    planted = [kind for kind in PAGE_KINDS for _ in range(counts.get(kind, 0))]
    kinds = [*planted, *[""] * (settings.pages - len(planted))]
    rng(settings.seed, "page kinds").shuffle(kinds)
    return kinds


def _odd_links(settings: SampleSettings) -> list[tuple[str, ...]]:
    """Return for each page the links on it that lead nowhere."""
    links: list[tuple[str, ...]] = [()] * settings.pages
    for kind, count in settings.counts(LINK_KINDS).items():
        for number in rng(settings.seed, kind).sample(range(settings.pages), count):
            links[number] += (kind,)
    return links


def written_page(
    page: Page, url: str, placed: list[Placed], settings: SampleSettings, links: list[str]
) -> tuple[str, list[ExpectedPair]]:
    """Return the HTML of a page and its expected pairs. links: addresses of other pages."""
    random = rng(settings.seed, "page", page.number)
    base = f"http://{page.host}:{settings.port}/media/deep/" if page.kind == "base_href" else url
    pieces, offers = [], []
    for number, one in enumerate(placed):
        html, found = markup(one, lambda address: written(address, base, random))
        pieces.append(
            _wrapped(html, one, random) + (_prose(page, random) if number % 3 == 0 else "")
        )
        offers += found
    for kind in page.odd_links:
        html, offer = broken_html.odd_link(kind, page.number, _sentence(page, random), page.lang)
        pieces.append(html)
        offers.append(offer)
    return _whole(page, base if base != url else "", pieces, links, random), offers


def _wrapped(html: str, placed: Placed, random: Random) -> str:
    wrappers = ("{}\n", "<p>{}</p>\n", '<div class="photo">{}</div>\n', '<a href="#full">{}</a>\n',
                "<ul><li>{}</li></ul>\n", "<table><tr><td>{}</td></tr></table>\n")  # fmt: skip
    # A figure ends an open paragraph, and bad HTML is not to break its neighbours further.
    block = placed.kind in ("figcaption", "broken_html")
    return wrappers[0 if block else random.randrange(len(wrappers))].replace("{}", html)


def _sentence(page: Page, random: Random) -> str:
    scene = random_scene("prose", random)
    return captions.caption(scene, page.lang, random)


def _prose(page: Page, random: Random) -> str:
    return f"<p>{escape('. '.join(_sentence(page, random) for _ in range(3)))}</p>\n"


def _whole(page: Page, base: str, pieces: list[str], links: list[str], random: Random) -> str:
    title = escape(_sentence(page, random))
    nav = "".join(
        f'<li><a href="{link}" title="{n + 1}">{n + 1}</a>' for n, link in enumerate(links)
    )
    body = f"<ul>{nav}</ul>\n<h1>{title}</h1>\n{''.join(pieces)}"
    if page.kind == "broken_page":
        return broken_html.START + body + broken_html.END
    head = "\n".join(part for part in _head(page, base, title) if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{page.lang}">\n<head>\n{head}\n</head>\n<body>\n{body}'
        f"<footer><p>&copy; 2026 {page.host}</p></footer>\n</body>\n</html>\n"
    )


def _head(page: Page, base: str, title: str) -> list[str]:
    metas = [signal.removeprefix("page_meta:") for signal in page.opt_out if "page_meta" in signal]
    return [
        charsets.meta(page.kind, page.charset, page.number),
        f"<title>{title}</title>",
        f'<base href="{base}">' if base else "",
        *(_meta(what) for what in metas),
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<link rel="stylesheet" type="text/css" href="/assets/style.css">',
        "<script>var banner = \"<img src=/not/this.jpg alt='in a script'>\";</script>",
    ]


def _meta(what: str) -> str:
    if what == "tdm-reservation":
        return '<meta name="tdm-reservation" content="1">'
    return f'<meta name="robots" content="{what}, max-image-preview:large">'
