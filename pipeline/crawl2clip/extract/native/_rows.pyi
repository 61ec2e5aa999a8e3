from collections.abc import Iterator

from crawl2clip.extract.html.page_model import Image
from crawl2clip.extract.rows.pair_rows import Candidate, Row

def slices(
    common: Row,
    images: list[Image],
    base: str | None,
    candidate: type[Candidate],
    most_bytes: int,
    most_link_bytes: int,
    slice_bytes: int,
    slice_rows: int,
) -> Iterator[list[Row]]: ...
def row_bytes(row: Row) -> int: ...
