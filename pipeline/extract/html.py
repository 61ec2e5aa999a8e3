"""A page in UTF-8 -> what it offers: images and the texts that might describe them."""

from pipeline.extract.budget import Budget
from pipeline.extract.gathering import finishing, offers_of, wanted
from pipeline.extract.offers import Facts, Offers
from pipeline.extract.scanner import events, has_image
from pipeline.extract.settings import Settings

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
