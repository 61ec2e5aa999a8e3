"""A crawl to measure with: WARC files made of the HTML and JavaScript that this machine has.

Pages are cut from the documentation of installed packages and get what a page of the web has
besides: a head with scripts and metadata, links, and images with texts. It is a synthesis, and
better behaved than the web; what it is good for are ratios of programs that read the same files.
"""

import html
import json
import random
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

ROOTS = (Path("/usr/share/doc"), Path("/usr/share/gtk-doc"), Path("/usr/share/javascript"))
CACHE = Path("build/benchmarks")
SHARD_BYTES = 50_000_000
# The mean of a page of Common Crawl, body only.
PAGE_BYTES = 100_000
_BLOCK = re.compile(r"(?=<(?:p|div|table|ul|h[1-6])[ >])")
_TOPICS = ("news", "photo", "shop", "blog", "travel", "dog", "river")
_WORD = re.compile(r"[a-z]{3,12}")


def corpus(megabytes: int) -> list[Path]:
    """At least so many bytes of WARC, uncompressed, one gzip member per record; made once."""
    folder = CACHE / f"crawl-{megabytes}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        written = 0
        for number in range(1_000):
            written += _write_shard(folder / f"{number:05}.warc.gz", random.Random(number))
            if written >= megabytes * 1_000_000:
                break
        (folder / "done").touch()
    return sorted(folder.glob("*.warc.gz"))


def _write_shard(path: Path, chance: random.Random) -> int:
    """Bytes written, before compression."""
    blocks, scripts = _blocks(), _scripts()
    written = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        while written < SHARD_BYTES:
            page = _page(chance, blocks, scripts).encode()
            url = f"https://host{chance.randrange(500)}.example/page/{chance.randrange(10**9)}"
            for record in _triple(writer, url, page):
                writer.write_record(record)
            written += len(page) + 1_500
    return written


def _triple(writer: WARCWriter, url: str, page: bytes) -> Iterator[object]:
    """Request, response and metadata, as Common Crawl has them."""
    get = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x.example")], is_http_request=True)
    ok = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1")
    make = writer.create_warc_record
    yield make(url, "request", payload=BytesIO(), http_headers=get)
    yield make(url, "response", payload=BytesIO(page), http_headers=ok)
    metadata = BytesIO(b"fetchTimeMs: 123\r\ncharset-detected: UTF-8\r\n")
    yield make(url, "metadata", payload=metadata, warc_content_type="application/warc-fields")


def _page(chance: random.Random, blocks: list[str], scripts: list[str]) -> str:
    size = min(int(chance.lognormvariate(0, 0.8) * PAGE_BYTES * 0.7), 2_000_000)
    parts = [_head(chance, scripts, size // 3)]
    length = len(parts[0])
    at = chance.randrange(len(blocks))
    while length < size:
        block = blocks[at % len(blocks)]
        at += 1
        parts.append(block + _image(chance, block))
        length += len(parts[-1])
    return "".join((*parts, "</body></html>"))


def _head(chance: random.Random, scripts: list[str], size: int) -> str:
    """Two thirds of it are scripts, as on the web."""
    title = " ".join(chance.choices(_TOPICS, k=4))
    graph = {"@type": "WebPage", "name": title, "image": f"/lead{chance.randrange(999)}.jpg"}
    parts = [f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{title}</title>"]
    parts += [f'<meta property="og:{name}" content="{title}">' for name in ("title", "site")]
    parts.append(f'<script type="application/ld+json">{json.dumps(graph)}</script>')
    length = 0
    while length < size:
        script = chance.choice(scripts)
        start = chance.randrange(max(1, len(script) - 10_000))
        parts.append(f"<script>{script[start : start + 10_000]}</script>")
        length += len(parts[-1])
    links = (f'<li><a class="nav" href="/to/{i}">{title} {i}</a></li>' for i in range(50))
    return "".join((*parts, "</head><body><ul>", *links, "</ul>"))


def _image(chance: random.Random, block: str) -> str:
    """One image for each 3,300 bytes; two in three with a text, some lazy, some with a srcset."""
    if chance.random() > len(block) / 3_300:
        return ""
    n = chance.randrange(10**6)
    words = " ".join(_WORD.findall(block, 0, 400)[:9]) if chance.random() < 0.67 else ""
    alt = html.escape(words)
    kind = chance.random()
    if kind < 0.6:
        return f'<img class="photo" src="/media/{n}.jpg" alt="{alt}" width="640" height="480">'
    if kind < 0.8:
        srcset = ", ".join(f"/media/{n}-{w}.jpg {w}w" for w in (320, 640, 1280))
        return f'<img src="/media/{n}.jpg" srcset="{srcset}" alt="{alt}" loading="lazy">'
    inline = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    return f'<a href="/go/{n}"><img src="{inline}" data-src="/media/{n}.jpg" alt="{alt}"></a>'


def _blocks() -> list[str]:
    """Pieces of documentation, a paragraph or so each."""
    found: list[str] = []
    for text in _texts(".html"):
        body = text.partition("<body")[2].partition(">")[2].partition("</body")[0]
        found += [block for block in _BLOCK.split(body) if 40 < len(block) < 20_000]
    if len(found) < 1_000:
        raise SystemExit(f"too little HTML in {', '.join(map(str, ROOTS))}: install some -doc")
    return found


def _scripts() -> list[str]:
    found = [text for text in _texts(".js") if "</script" not in text.lower()]
    return found or ["var a = 1;" * 1_000]


def _texts(suffix: str) -> Iterator[str]:
    most = 3_000_000
    for root in (*ROOTS, Path(sys.prefix)):
        for path in sorted(root.rglob(f"*{suffix}")):
            if path.is_file() and 1_000 < path.stat().st_size < most:
                yield path.read_text("utf-8", errors="replace")
