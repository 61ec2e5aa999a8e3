"""Choose some archives of a crawl at random: `crawl2clip crawl CC-MAIN-2026-05 --files 10`."""

import hashlib
import re
from collections.abc import Iterable

from crawl2clip.io.files import write_atomically
from crawl2clip.io.manifest import paths as archives
from crawl2clip.io.redaction import without_secrets

PATHS = "https://data.commoncrawl.org/crawl-data/{crawl}/warc.paths.gz"

# The main crawls were numbered by year, then by years, then by week; the news come by the month.
_NAME = re.compile(r"CC-MAIN-\d{4}(-\d{2}|-\d{4})?|CC-NEWS/\d{4}/\d{2}")
_SEE = "https://commoncrawl.org/get-started lists the crawls"
_ROOT = "crawl-data/"


def choose(
    crawl: str,
    files: int,
    seed: int = 0,
    paths: str = PATHS,
    base: str | None = None,
    to: str | None = None,
) -> str:
    """Write a list of `files` archives of the crawl, with full addresses, and return its path.

    paths: the list of all archives; {crawl} stands for the crawl's name. base: the root of the
    paths in that list, if not Common Crawl's own: `s3://commoncrawl/`. The written list holds the
    addresses whole, credentials and signatures included, since it is there to be read. to: the list
    to write, local or remote; by default named after the crawl, in the current folder. Raises
    ValueError for a crawl that does not exist or has too few files, and OSError if it can't be
    reached.
    """
    check_name(crawl)
    address = paths.replace("{crawl}", crawl)
    try:
        lines = archives(address, base)
    except ValueError as error:
        raise ValueError(f"{error}; is {crawl} published? {_SEE}") from None
    chosen = pick(lines, files, seed)
    to = to or f"{crawl.replace('/', '-')}-{files}-of-seed-{seed}.paths"
    of = f"{files:,} of {len(lines):,} files of {crawl}"
    about = f"# {of}, seed {seed}, from {without_secrets(address)}"
    write_atomically(to, "".join(f"{line}\n" for line in (about, *chosen)))
    return to


def check_name(crawl: str) -> None:
    """Raise ValueError, naming the valid forms, unless `crawl` can be the name of a crawl."""
    if _NAME.fullmatch(crawl):
        return
    hint = f"; did you mean {crawl.upper()}?" if _NAME.fullmatch(crawl.upper()) else ""
    like = "CC-MAIN-2026-05 (year and week, two digits) or CC-NEWS/2026/05 (year and month)"
    raise ValueError(f"no crawl is called {crawl!r}{hint or f': they are called {like}'}; {_SEE}")


def pick(lines: Iterable[str], files: int, seed: int) -> list[str]:
    """Return `files` of the lines, each once, by a hash of seed and line.

    The first ten are the same whether ten are requested or twenty, in whatever order the lines
    come, and whether they start at a web server, a bucket or nowhere. Raises ValueError if there
    are too few.
    """
    if files < 1:
        raise ValueError(f"--files wants 1 or more, not {files}")
    different = set(lines)
    if files > len(different):
        raise ValueError(f"there are {len(different):,} files, and {files:,} were asked for")
    return sorted(different, key=lambda line: (_draw(line, seed), line))[:files]


def _draw(line: str, seed: int) -> bytes:
    _, root, rest = line.rpartition(_ROOT)
    name = without_secrets(f"{root}{rest}")  # who signs anew gets the same files
    return hashlib.md5(f"{seed}\0{name}".encode(), usedforsecurity=False).digest()
