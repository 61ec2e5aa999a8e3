"""Kinds of problem: what stands before the first colon of a row's `problem`."""

import re
from collections import Counter
from collections.abc import Iterable

# A file that the user listed was not read: data is lost, and the exit code says so. All other kinds
# are the web's own mess.
LOST = ("missing file", "unreadable file")

# One row stands for many images, with a text but nothing to fetch: its detail is their number. The
# page is as it should be, and so this is no problem.
LEFT_OUT = "left out "

LONGEST_KIND = 100  # letters of a kind; a table that is a source may have any
MOST_KINDS = 1_000  # a bound on what the driver holds; the crawl decides how many kinds there are

_IMAGES = re.compile(" ([0-9]{1,18}) ")


def tally(problems: Iterable[str]) -> Counter[str]:
    """Rows by kind; images if the kind starts with `LEFT_OUT`."""
    counts: Counter[str] = Counter()
    for problem in problems:
        kind, _, detail = problem.partition(":")
        images = _IMAGES.match(detail) if kind.startswith(LEFT_OUT) else None
        counts[kind[:LONGEST_KIND]] += int(images[1]) if images else 1
    return counts


def foremost(counts: Counter[str], most: int = MOST_KINDS) -> dict[str, int]:
    """Lost files, since the exit code hangs on them, then the most frequent; at most `most`."""
    order = sorted(counts.items(), key=lambda item: (item[0] not in LOST, -item[1], item[0]))
    return dict(order[:most])
