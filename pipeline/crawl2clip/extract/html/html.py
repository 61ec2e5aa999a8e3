"""A page in UTF-8 -> what it offers: images and the texts that might describe them."""

from crawl2clip.extract.html.page_collector import finishing, offers_of, wanted
from crawl2clip.extract.html.page_model import Facts, Offers
from crawl2clip.extract.html.scanner import events, has_image
from crawl2clip.extract.limits.page_budget import Budget
from crawl2clip.extract.limits.read_settings import Settings

_ELSEWHERE = frozenset({"og", "twitter", "json_ld"})


def offers(html: bytes, settings: Settings, budget: Budget | None = None) -> Offers:
    """What the page offers; of a page that can have none of these images, nothing.

    html: in UTF-8; U+FFFD stands for the bytes that are not. Raises PageError if the parser gives
    up, or would take very long.
    """
    if _ELSEWHERE.isdisjoint(settings.images) and not has_image(html):
        return Offers(Facts(), [], {})
    budget = budget or Budget(len(html))
    return offers_of(events(html, wanted(settings), finishing(settings)), settings, budget)
