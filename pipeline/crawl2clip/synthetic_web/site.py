"""The whole web, drawn and written into a folder."""

import gzip
from dataclasses import dataclass

from crawl2clip.synthetic_web import charsets
from crawl2clip.synthetic_web.expected_pairs import Offer
from crawl2clip.synthetic_web.failing_urls import error_page
from crawl2clip.synthetic_web.image_store import Shelf
from crawl2clip.synthetic_web.pages import Page, pages, written_page
from crawl2clip.synthetic_web.pair_placement import Placing
from crawl2clip.synthetic_web.pictures import Picture, hosts, pictures
from crawl2clip.synthetic_web.publish import opt_out_header, publish
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.settings import SampleSettings
from crawl2clip.synthetic_web.web import Headers, Web

_ROBOTS = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 1\n\nUser-agent: GPTBot\nDisallow: /\n"


@dataclass(frozen=True)
class Site:
    """What was put on the web. offers: by page URL. The addresses are in the order of crawling."""

    pages: dict[str, Page]
    offers: dict[str, list[Offer]]
    robots: list[str]
    diagnostics: list[str]


def make_site(shelf: Shelf, evaluation: list[Picture]) -> Site:
    """Put pictures, pages, robots.txt files and pages that fail on the web of the shelf."""
    settings, web = shelf.settings, shelf.web
    there = pictures(settings, evaluation)
    publish(shelf, there)
    all_pages = pages(settings)
    layout = Placing(shelf, there, [page.lang for page in all_pages]).placed()
    urls = [web.url(page.host, page.target) for page in all_pages]
    by_url, offers = {}, {}
    for page, url in zip(all_pages, urls, strict=True):
        links = rng(settings.seed, "links", page.number).sample(urls, 5)
        html, offers[url] = written_page(page, url, layout[page.number], settings, links)
        _put_page(web, page, html)
        by_url[url] = page
    rng(settings.seed, "crawl").shuffle(urls)
    robots, diagnostics = _put_robots(web, settings), _put_diagnostics(web, settings)
    return Site({url: by_url[url] for url in urls}, offers, robots, diagnostics)


def _put_page(web: Web, page: Page, html: str) -> None:
    data = charsets.encoded(html, page.kind, page.charset)
    headers: Headers = ()
    for signal in page.opt_out:
        headers += opt_out_header(signal) if signal.startswith("page_header") else ()
    if page.kind == "gzip_page":
        data, headers = gzip.compress(data, mtime=0), (("Content-Encoding", "gzip"),)
    elif page.kind == "chunked_page":
        data, headers = _chunked(data), (("Transfer-Encoding", "chunked"),)
    content_type = charsets.content_type(page.kind, page.charset)
    body = (f"pages/{page.number:05d}.html", data)
    web.put(page.host, page.target, body, content_type, headers=headers)


def _chunked(data: bytes, size: int = 1000) -> bytes:
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def _put_robots(web: Web, settings: SampleSettings) -> list[str]:
    """Hosts with even numbers keep robots out of /private/; the others have no robots.txt."""
    urls = []
    for host in hosts(settings):
        has = int(host.rsplit(".", 1)[-1]) % 2 == 0
        body = ("pages/robots.txt", _ROBOTS) if has else ("pages/404.html", error_page(404))
        kind, status = ("text/plain", 200) if has else ("text/html", 404)
        urls.append(web.put(host, "/robots.txt", body, kind, status))
    return urls


def _put_diagnostics(web: Web, settings: SampleSettings) -> list[str]:
    """Pages that answer 404, 500 or a redirect, in turn."""
    urls, there = [], hosts(settings)
    for i in range(settings.diagnostics):
        host, status = there[i % len(there)], (404, 500, 301)[i % 3]
        moved: Headers = (("Location", web.url(there[0], "/")),) if status == 301 else ()
        body = (f"pages/{status}.html", error_page(status))
        urls.append(web.put(host, f"/old/{i}.html", body, "text/html", status, moved))
    return urls
