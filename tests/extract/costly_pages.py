"""Pages whose parts multiply; and what reading one takes, measured in a process of its own.

python -m tests.extract.costly_pages BYTES NAME... [python]
"""

import io
import json
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context
from typing import get_args

from crawl2clip.extract.html import scanner
from crawl2clip.extract.limits.read_settings import ImageSource, Settings, TextSource
from crawl2clip.extract.rows import pair_rows
from crawl2clip.extract.rows.archive_pairs import pairs_in_file
from crawl2clip.extract.warc_pairs import batches
from tests.extract.archives import record

EVERYTHING = Settings(texts=get_args(TextSource), images=get_args(ImageSource))


def images(size: int, image: str = "<img src={n}.jpg alt='a {n}'>") -> str:
    """As many as there is room for, each with its number."""
    return "".join(image.format(n=n) for n in range(size // len(image)))


def sources(count: int, link: str, links: int = 1) -> str:
    return "".join(
        f"<source srcset='{','.join(link.format(n=n, i=i) for i in range(links))}'>"
        for n in range(count)
    )


def social(size: int) -> str:
    metas = "".join(f"<meta property=og:image content=/{n}>" for n in range(900))
    return f"<meta property=og:title content='{'é ' * (size // 3)}'>{metas}<img>"


def json_ld(size: int) -> str:
    data = {"name": "dÃ¶g " * (size // 30), "image": [f"/{n}" for n in range(size // 20)]}
    return f"<script type=application/ld+json>{json.dumps(data)}</script><img>"


def script(text: str) -> str:
    return f"<script type=application/ld+json>{text}</script><img>"


def around(start: str, end: str, size: int) -> str:
    return start + images(size, "<img src={n}>") + end


PAGES: dict[str, Callable[[int], str]] = {
    "base": lambda size: f"<base href='/{'x' * (size // 2)}/'>{images(size // 2)}",
    "base that leads nowhere": lambda size: (
        f"<base href='/{'x' * (size // 2)}/'>{images(size // 2, '<img src=ftp:{n} alt={n}>')}"
    ),
    "base and srcset": lambda size: (
        f"<base href='/{'x' * (size // 2)}/'>"
        + images(size // 2, f"<img alt={{n}} srcset='{'a 1x,é 2x,' * 30}'>")
    ),
    "picture": lambda size: (
        "<picture>" + sources(size // 40, "/i 1x") + images(size // 3, "<img src=a alt=b>")
    ),
    "picture of few sources": lambda size: (
        "<picture>" + sources(60, "x" * (size // 120) + "{n} 1x") + images(size // 2)
    ),
    "picture of many links": lambda size: (
        f"<picture>{sources(60, '/é{n}-{i} 1x', 100)}{images(size)}"
    ),
    "pictures": lambda size: (
        f"<picture>{sources(60, '/i 1x')}{images(80)}</picture>" * (size // 1_400)
    ),
    "og": social,
    "json_ld": json_ld,
    "json_ld of images": lambda size: script(
        '{"name": "n", "image": ["a"' + ',"a"' * (size // 4) + "]}"
    ),
    "json_ld of lists": lambda size: script("[0" + ",[]" * (size // 3) + "]"),
    "figcaption": lambda size: around(
        f"<figure><figcaption>{'dÃ¶g &amp;amp; ' * 400}</figcaption>", "</figure>", size
    ),
    "link_text": lambda size: around(f"<a href=x>{'dÃ¶g ' * 1_000}", "</a>", size),
    "title and heading": lambda size: (
        f"<title>{'t' * 5_000}</title><h1>{'é' * 5_000}</h1>{images(size)}"
    ),
    "headings": lambda size: images(size, f"<h1>{'h' * 900}{{n}}</h1><img src={{n}} alt=x>"),
    "licence": lambda size: f"<a rel=license href=/{'x' * 1_990}>x</a>{images(size)}",
    "robots": lambda size: (
        "".join(f"<meta name=a{n}bot content='noai, noindex'>" for n in range(1_000)) + images(size)
    ),
    "long texts": lambda size: images(size, f"<img src={{n}} alt='{'dÃ¶g ' * 800}'>"),
    "a long text": lambda size: f"<img src=a alt='{'dÃ¶g &amp;lt; ' * (size // 15)}'>",
    "a long link": lambda size: f"<img alt=x src='/?{'ab&amp;é' * (size // 9)}'>",
    "a stand-in for each": lambda size: images(
        size, "<img src={n} alt=x><noscript><img src={n}b alt=x></noscript>"
    ),
    "stand-ins": lambda size: (
        f"<img src=a alt=x><noscript>{images(size, '<img src={n} alt=x>')}</noscript>"
    ),
    "stand-ins of a long link": lambda size: (
        f"<img src='{'x' * (size // 2)} ' alt=x><noscript>"
        f"{images(size // 2, '<img src={n} title=x>')}</noscript>"
    ),
    "figures": lambda size: "<figure>" * 400 + images(size),
    "links that start alike": lambda size: images(
        size, "<img alt={n} srcset='" + ",".join(f"/{'x' * 300}{i}" for i in range(90)) + "'>"
    ),
}


def wat(size: int) -> bytes:
    """A record that describes a page of a very long address, which a WARC record cannot have."""
    links = [{"path": "IMG@/src", "url": f"/{n}", "alt": f"a {n}"} for n in range(size // 100)]
    response = {"Response-Message": {"Status": "200"}, "Headers": {"Content-Type": "text/html"}}
    envelope = {
        "WARC-Header-Metadata": {"WARC-Target-URI": f"http://a.example/{'x' * (size // 2)}/"},
        "Payload-Metadata": {
            "HTTP-Response-Metadata": response | {"HTML-Metadata": {"Links": links}}
        },
    }
    data = json.dumps({"Envelope": envelope}).encode()
    return record(data, content_type="application/json", kind="metadata")


def made(name: str, size: int) -> bytes:
    """The page of that name as a record of an archive."""
    return wat(size) if name == "page_url" else record(PAGES[name](size))


def measured(name: str, size: int) -> dict[str, object]:
    """What comes of the page of that name; seconds of CPU and MB of memory that it took."""
    file = io.BytesIO(made(name, size))
    start = time.process_time()
    count, problems = 0, set[str]()
    for batch in batches(pairs_in_file("a.warc.gz", file, EVERYTHING)):
        count += batch.num_rows
        problems |= {
            problem.partition(":")[0] for problem in batch["problem"].drop_null().to_pylist()
        }
    return {
        "rows": count,
        "problems": sorted(problems),
        "seconds": time.process_time() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
    }


def main(size: int, names: list[str]) -> None:
    """A line of JSON for each page, each read in a process of its own."""
    measured("pictures", 2_000)  # what it imports, the forked need not
    for name in names:
        with get_context("fork").Pool(1) as alone:
            sys.stdout.write(json.dumps(alone.apply(measured, (name, size))) + "\n")


if __name__ == "__main__":
    if "python" in sys.argv:
        scanner._scanner = pair_rows._rows = None  # type: ignore[assignment]
        sys.argv.remove("python")
    main(int(sys.argv[1]), sys.argv[2:])
