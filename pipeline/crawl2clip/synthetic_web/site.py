"""Draw the whole web and write it into a folder."""

import gzip
from dataclasses import dataclass

from crawl2clip.synthetic_web import charsets
from crawl2clip.synthetic_web.expected_pairs import ExpectedPair
from crawl2clip.synthetic_web.failing_urls import error_page
from crawl2clip.synthetic_web.image_store import ImageStore
from crawl2clip.synthetic_web.pages import Page, pages, written_page
from crawl2clip.synthetic_web.pair_placement import PairPlacement
from crawl2clip.synthetic_web.pictures import Picture, hosts, pictures
from crawl2clip.synthetic_web.publish import opt_out_header, publish
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.settings import SampleSettings
from crawl2clip.synthetic_web.web import Headers, Web

_ROBOTS = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 1\n\nUser-agent: GPTBot\nDisallow: /\n"


@dataclass(frozen=True)
class Site:
    """Records what was published, in the order of crawling. offers: by page URL."""

    pages: dict[str, Page]
    offers: dict[str, list[ExpectedPair]]
    robots: list[str]
    diagnostics: list[str]


def make_site(store: ImageStore, evaluation: list[Picture]) -> Site:
    """Publish pictures, pages, robots.txt files and failing pages on the web of the store."""
    settings, web = store.settings, store.web
    there = pictures(settings, evaluation)
    publish(store, there)
    all_pages = pages(settings)
    layout = PairPlacement(store, there, [page.lang for page in all_pages]).placed()
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
    """Publish the robots.txt files: hosts with even numbers disallow /private/."""
    urls = []
    for host in hosts(settings):
        has = int(host.rsplit(".", 1)[-1]) % 2 == 0
        body = ("pages/robots.txt", _ROBOTS) if has else ("pages/404.html", error_page(404))
        kind, status = ("text/plain", 200) if has else ("text/html", 404)
        urls.append(web.put(host, "/robots.txt", body, kind, status))
    return urls


def _put_diagnostics(web: Web, settings: SampleSettings) -> list[str]:
    """Publish pages that answer 404, 500 or a redirect, in turn."""
    urls, there = [], hosts(settings)
    for i in range(settings.diagnostics):
        host, status = there[i % len(there)], (404, 500, 301)[i % 3]
        moved: Headers = (("Location", web.url(there[0], "/")),) if status == 301 else ()
        body = (f"pages/{status}.html", error_page(status))
        urls.append(web.put(host, f"/old/{i}.html", body, "text/html", status, moved))
    return urls
