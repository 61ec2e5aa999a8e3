"""Bound what one page may cost: bytes of rows, work and seconds, all linear in its size.

A page can be written so that its parts multiply: a long `<base href>` stands in each address, each
`source` of a `picture` goes with each `img` in it. The limits on bytes and on work are the same on
every machine, and lie far above what honest pages take. Seconds are the last resort, for what
nobody has thought of: all that is known to grow meets another limit first.
"""

from collections.abc import Iterator
from time import thread_time
from typing import TypeVar

T = TypeVar("T")

# Of 871 real pages, read for every text and image, none has rows of more than 4.1 times its bytes.
ROW_BYTES_FOR_EACH_BYTE = 48
LEAST_ROW_BYTES = 8 << 20
# Of an image, all its links as the page writes them, each with the base. Browsers open no address
# of more than 2 MB, and an image has at most some hundred links.
MOST_LINK_BYTES = 8 << 20
# Rows are made in slices of about so much, and looked at in between.
SLICE_BYTES = 1 << 20
SLICE_ROWS = 1_000

# By the HTML standard a picture has one image. A second one is there for those who run no scripts,
# and what goes with so many costs no more than a few times what the page took to be written.
FREE_IMAGES_OF_PICTURE = 4
LEAST_SOURCE_LINKS = 50_000
BYTES_FOR_EACH_SOURCE_LINK = 16

# A page of a megabyte takes some hundredths of a second.
LEAST_SECONDS = 10.0
SECONDS_FOR_EACH_BYTE = 10e-6


class OverBudgetError(Exception):
    """Reports that the page exhausted its budget; the message is a problem, 'kind: detail'."""


class Budget:
    """Tracks what a page of so many bytes may still take. The methods raise OverBudgetError.

    row_bytes: of all its rows, by `pair_rows.row_bytes`, and of the links they were made from.
    source_links: with the images of a picture that has more than FREE_IMAGES_OF_PICTURE, counted
    for each image. seconds: of this thread's CPU time.
    """

    __slots__ = ("_most_seconds", "_most_source_links", "row_bytes", "seconds", "source_links")

    def __init__(self, page_bytes: int) -> None:
        self.row_bytes = max(LEAST_ROW_BYTES, ROW_BYTES_FOR_EACH_BYTE * page_bytes)
        self.source_links = LEAST_SOURCE_LINKS + page_bytes // BYTES_FOR_EACH_SOURCE_LINK
        self.seconds = LEAST_SECONDS + SECONDS_FOR_EACH_BYTE * page_bytes
        self._most_source_links, self._most_seconds = self.source_links, self.seconds

    def take_source_links(self, count: int) -> None:
        """Charge the links of a picture's sources for one more image."""
        self.source_links -= count
        if self.source_links < 0:
            raise OverBudgetError(
                f"too many images in a picture: with more than {self._most_source_links} links"
            )

    def take_seconds(self, start: float) -> float:
        """Charge this thread's CPU seconds since `start`, and return the present reading."""
        now = thread_time()
        self.seconds -= now - start
        if self.seconds < 0:
            raise OverBudgetError(f"page too slow: more than {self._most_seconds:.0f} seconds")
        return now

    def timed(self, steps: Iterator[T]) -> Iterator[T]:
        """Yield the steps; charge the seconds spent on making them, not those of the consumer."""
        start = thread_time()
        for step in steps:
            self.take_seconds(start)
            yield step
            start = thread_time()
