"""Collect the metadata of a whole page from the elements that declare it."""

from crawl2clip.extract.html import open_graph
from crawl2clip.extract.html.img_links import Attributes
from crawl2clip.extract.html.page_model import PageMetadata
from crawl2clip.extract.html.text_normalization import context

# It is repeated in every row of the page.
_LONGEST_LICENCE = 2_000
# More of a kind than a page needs.
_MOST_METAS = 1_000


class MetadataCollector:
    """Collects metadata from events; the first of each counts. social: tags for networks."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.robots: list[tuple[str, str]] = []
        self.social: list[open_graph.Meta] = []

    def base(self, attributes: Attributes, _: str) -> None:
        if "href" in attributes:
            self.said.setdefault("base", attributes["href"])

    def title(self, _: Attributes, text: str) -> None:
        self.said.setdefault("title", text)

    def licence(self, attributes: Attributes, _: str) -> None:
        href = attributes.get("href", "").strip()
        if href and len(href) <= _LONGEST_LICENCE:
            self.said.setdefault("licence", href)

    def meta(self, attributes: Attributes, _: str) -> None:
        content = attributes.get("content", "").strip()
        name = attributes.get("name", "").strip().lower()
        if name in ("tdm-reservation", "tdm-policy"):
            self.said.setdefault(name, content)
        elif _is_agent(name):
            if content and len(self.robots) < _MOST_METAS:
                self.robots.append(("*" if name == "robots" else name, content))
        else:
            name = attributes.get("property", "").strip().lower() or name
            if content and open_graph.is_social(name) and len(self.social) < _MOST_METAS:
                self.social.append((name, content))

    def metadata(self) -> PageMetadata:
        return PageMetadata(
            base=self.said.get("base"),
            title=context(self.said.get("title")),
            licence=self.said.get("licence"),
            robots=tuple(self.robots),
            tdm_reservation=self.said.get("tdm-reservation"),
            tdm_policy=self.said.get("tdm-policy"),
        )


def may_speak(name: str) -> bool:
    """Return whether a meta of that name may address robots, or text and data mining."""
    name = name.lower()
    return "bot" in name or "tdm-" in name or "slurp" in name


def _is_agent(name: str) -> bool:
    return name in ("robots", "slurp") or name.endswith("bot") or name.startswith("googlebot-")
