from collections.abc import Callable, Sequence

from crawl2clip.extract.html.lexbor_events import Event
from crawl2clip.extract.html.page_model import Image
from crawl2clip.extract.html.scanner import Finished

WANTED: tuple[str, ...]
OWN_TEXTS: tuple[str, ...]
LINK_PLACES: tuple[str, ...]

def events(
    page: bytes, wanted: int, texts: int = 0, places: int = 0, most: int = 0
) -> list[Event | Finished] | str: ...
def has_image(page: bytes) -> bool: ...
def linked_images(
    links: Sequence[object],
    kind: type,
    texts: int,
    decode: Callable[[str], str] | None,
    odd: Callable[[str | None, tuple[tuple[str, str], ...]], Image | None],
) -> list[Image]: ...
