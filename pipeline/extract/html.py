"""A page in UTF-8 -> what it offers: images and the texts that might describe them."""

import re

from pipeline.extract.gathering import offers_of, wanted
from pipeline.extract.offers import Facts, Offers
from pipeline.extract.scanner import events
from pipeline.extract.settings import Settings

# Parsers turn <image> into <img>. The search stops at the first, so it costs next to nothing.
_ANY_IMAGE = re.compile(rb"<[iI][mM](?:[gG]|[aA][gG][eE])")
_ELSEWHERE = frozenset({"og", "twitter", "json_ld"})


def offers(html: bytes, settings: Settings) -> Offers:
    """What the page offers; of a page that can have none of these images, nothing.

    html: in UTF-8; U+FFFD stands for the bytes that are not. Raises PageError if the parser gives
    up, or would take very long.
    """
    if _ELSEWHERE.isdisjoint(settings.images) and not _ANY_IMAGE.search(html):
        return Offers(Facts(), [], {})
    return offers_of(events(html, wanted(settings)), settings)
