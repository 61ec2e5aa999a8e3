"""Render a page as HTML that loads no resources, runs no scripts and escapes everything.

Texts of the crawl are escaped by jinja's autoescape, their direction is isolated (`bdi`), only http
and https URLs become links, and a content security policy blocks whatever might slip through.
"""

import base64
import functools
import hashlib
import re
from datetime import datetime
from importlib import resources

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from crawl2clip.io.printable import printable
from crawl2clip.report.funnel import bar_lengths
from crawl2clip.report.rank_frequency import curve
from crawl2clip.report.view_model import ReportPage

# No characters that a browser strips or that end an attribute: "java\nscript:" would run.
LINK = re.compile(r"https?://[^\s\x00-\x20\x7f\"'<>\\]+", re.IGNORECASE)
LONGEST_LINK = 2_000  # letters; longer addresses are shown, cut, and are no links
LETTERS = 60  # of an address
LONGEST = 4_000  # letters of anything on a page
LONGEST_LINES = 100_000  # letters of a text with lines


def render(page: ReportPage) -> str:
    """Return one self-contained HTML file."""
    lengths, logarithmic = bar_lengths(page.funnel)
    return template("crawl2clip.report").render(
        page=page,
        **style("crawl2clip.report"),
        bars=list(zip(page.funnel, lengths, strict=True)),
        logarithmic=logarithmic,
        curve=curve(page.entries) if page.entries else None,
        versions=_versions(page),
    )


def style(*packages: str) -> dict[str, str]:
    """Return the packages' style sheets as `css`, and `css_hash` for the page's policy."""
    sheets = [resources.files(each).joinpath("style.css").read_text("utf-8") for each in packages]
    css = "".join(sheets)
    digest = hashlib.sha256(css.encode()).digest()
    return {"css": Markup(css), "css_hash": base64.b64encode(digest).decode()}


@functools.cache
def template(package: str) -> Template:
    """Return the package's template.html.j2.

    Pages of other packages can include the report's parts.
    """
    loader = ChoiceLoader([PackageLoader(package, ""), PackageLoader("crawl2clip.report", "")])
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for filter_ in (number, percent, duration, size, when, link, address, data_uri, lines):
        environment.filters[filter_.__name__] = filter_
    return environment.get_template("template.html.j2")


def _versions(page: ReportPage) -> dict[str, str]:
    """Return the version by package; all of them where jobs differ."""
    found: dict[str, dict[str, None]] = {}
    for job in page.provenance:
        for package, version in job.versions.items():
            found.setdefault(package, {})[version] = None
    return {package: ", ".join(versions) for package, versions in found.items()}


def harmless(value: object) -> object:
    """Make a template's value safe: cut to a displayable length, without control characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return printable(value, LONGEST)
    return value


def lines(text: str) -> Markup:
    """Return a text of several lines, each of them harmless."""
    kept = text[:LONGEST_LINES].split("\n")
    return Markup("\n").join(str(harmless(line)) for line in kept)


def number(count: int) -> str:
    """Format a count as 12,345."""
    return f"{count:,}"


def percent(share: float | None) -> str:
    """Format a share as 41.3%, with more digits near 0 and 1, and a dash for None."""
    if share is None:
        return "–"
    if share in (0, 1):
        return f"{100 * share:.0f}%"
    if min(share, 1 - share) < 0.00001:
        return "<0.001%" if share < 0.5 else ">99.999%"
    return f"{100 * share:.1f}%" if 0.001 <= share <= 0.999 else f"{100 * share:.3f}%"


def duration(seconds: float) -> str:
    """Format a duration as 4.2 s, 3 min 20 s or 2 h 5 min."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def size(count: float) -> str:
    """Format a number of bytes as 1.2 MB, in units of a thousand."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def when(started: str) -> str:
    """Format a time as 22 November 2025, 02:09 UTC."""
    moment = datetime.fromisoformat(started)
    return f"{moment.day} {moment:%B %Y, %H:%M %Z}"


def link(url: str) -> str | None:
    """Return the URL if a browser may follow it, else None."""
    return url if len(url) <= LONGEST_LINK and LINK.fullmatch(url) else None


def address(url: str) -> str:
    """Return the URL without its scheme, cut to fit on a card."""
    bare = re.sub(r"(?i)^https?://(www\.)?", "", url[: LETTERS + 20]).rstrip("/")
    return bare if len(bare) <= LETTERS else f"{bare[:LETTERS]}…"


def data_uri(jpeg: bytes) -> Markup:
    """Return a JPEG as a data URI for an img's src."""
    return Markup(f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}")
