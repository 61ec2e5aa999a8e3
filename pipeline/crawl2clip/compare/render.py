"""Render a comparison as one HTML file, with the style and precautions of a run's report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crawl2clip.compare.comparison import Comparison
from crawl2clip.compare.distributions import QUANTILES, Distribution
from crawl2clip.compare.profile import LanguageShares
from crawl2clip.compare.upset import upset
from crawl2clip.io.files import write_atomically
from crawl2clip.report.render import style, template

FILE = "compare.html"
MOST_LANGUAGES = 15
LOWER_IS_BETTER = {"mismatched_left"}


@dataclass(frozen=True)
class TableRow:
    """A row of a table: a name and a value for each set, None where a set has none.

    best: the indices of the values to highlight.
    """

    name: str
    values: tuple[float | None, ...]
    best: frozenset[int] = frozenset()


def write_html(comparison: Comparison, folder: Path) -> Path:
    """Write FOLDER/compare.html atomically. Equal comparisons give equal pages."""
    place = folder / FILE
    write_atomically(str(place), render(comparison))
    return place


def render(comparison: Comparison) -> str:
    """Return HTML that loads no resources and runs no scripts."""
    names = [one.name for one in comparison.sets]
    pairs = comparison.overlaps["pairs"]
    return template("crawl2clip.compare").render(
        page=comparison,
        names=names,
        most=max([one.end for one in comparison.sets] + [1]),
        upset=upset(pairs, names),
        languages=_languages(comparison),
        spreads=_spreads(comparison),
        quantiles=QUANTILES,
        scores=_scores(comparison),
        **style("crawl2clip.report", "crawl2clip.compare"),
    )


def _languages(comparison: Comparison) -> list[TableRow]:
    """Return the languages that are most frequent in any set."""
    of_sets = [one.profile.languages for one in comparison.sets]
    shares = [found.shares if found else {} for found in of_sets]
    most = {name: max(s.get(name, 0.0) for s in shares) for name in _all(shares)}
    top = sorted(most, key=lambda name: (-most[name], name))[:MOST_LANGUAGES]
    return [TableRow(name, tuple(_share(found, name) for found in of_sets)) for name in top]


def _share(found: LanguageShares | None, name: str) -> float | None:
    return found.shares.get(name, 0.0) if found else None


def _spreads(comparison: Comparison) -> list[tuple[str, str, Distribution]]:
    """Return each distribution with the name of its quantity and of its set."""
    profiles = [(one.name, one.profile) for one in comparison.sets]
    found: list[tuple[str, str, Distribution | None]] = [("words", n, p.words) for n, p in profiles]
    found += [("characters", n, p.characters) for n, p in profiles]
    for score in _all(p.scores for _, p in profiles):
        found += [(score, name, p.scores.get(score)) for name, p in profiles]
    return [(what, name, spread) for what, name, spread in found if spread]


def _scores(comparison: Comparison) -> list[TableRow]:
    """Return the networks' metrics, a line each; sets without a network have none."""
    if comparison.trainings is None:
        return []
    results = {result.name: result.scores for result in comparison.trainings.results}
    by_set = [results.get(one.name, {}) for one in comparison.sets]
    return [_line(name, [scores.get(name) for scores in by_set]) for name in _all(by_set)]


def _line(name: str, values: Sequence[float | None]) -> TableRow:
    there = [value for value in values if value is not None]
    best = min(there) if name in LOWER_IS_BETTER else max(there)
    return TableRow(name, tuple(values), frozenset(i for i, v in enumerate(values) if v == best))


def _all(named: Iterable[Iterable[str]]) -> list[str]:
    """Return every name once, in order of first occurrence."""
    return list(dict.fromkeys(name for names in named for name in names))
