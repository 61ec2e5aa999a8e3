"""Count problems by kind: the text before the first colon of a row's `problem`."""

import re
from collections import Counter
from collections.abc import Iterable

# A file that the user listed could not be read: data is lost, and the exit code reports it. All
# other kinds are faults of the web itself.
LOST = ("missing file", "unreadable file")

# One row stands for many images that have a text but no URL to fetch; its detail is their number.
# Nothing is wrong with the page, so this does not count as a problem.
LEFT_OUT = "left out "

LONGEST_KIND = 100  # characters; a table used as a source may hold kinds of any length
MOST_KINDS = 1_000  # bounds the driver's memory: the number of kinds depends on the crawl

_IMAGES = re.compile(" ([0-9]{1,18}) ")


def tally(problems: Iterable[str]) -> Counter[str]:
    """Count rows by kind of problem; for kinds that start with `LEFT_OUT`, count images instead."""
    counts: Counter[str] = Counter()
    for problem in problems:
        kind, _, detail = problem.partition(":")
        images = _IMAGES.match(detail) if kind.startswith(LEFT_OUT) else None
        counts[kind[:LONGEST_KIND]] += int(images[1]) if images else 1
    return counts


def foremost(counts: Counter[str], most: int = MOST_KINDS) -> dict[str, int]:
    """Return at most `most` kinds: lost files first, then the most frequent.

    Lost files set the exit code.
    """
    order = sorted(counts.items(), key=lambda item: (item[0] not in LOST, -item[1], item[0]))
    return dict(order[:most])
