"""Plan balancing: compute what any threshold t would keep before anything is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from crawl2clip.balance.probabilities.entry_counts import EntryCounts, Thresholds
from crawl2clip.balance.probabilities.size_curve import SizeCurve, round_ts
from crawl2clip.balance.probabilities.thresholds import ThresholdRules, kept


@dataclass(frozen=True)
class PlanRow:
    """A t, or that of one language, and what it keeps.

    tail_share: the share of all matches that belongs to entries kept whole. heads: the number of
    entries above t.
    """

    t: float
    kept: float
    matched: int
    tail_share: float
    heads: int

    @property
    def share(self) -> float:
        """Return the share of the matched pairs that is kept."""
        return self.kept / max(1, self.matched)


@dataclass(frozen=True)
class Plan:
    """Entry counts and sizes of a table, and the thresholds that a recipe would choose."""

    counts: EntryCounts
    sizes: Mapping[str, SizeCurve]
    chosen: Thresholds
    reference: str

    @property
    def t(self) -> float:
        """Return the chosen t; that of the reference language if there are several."""
        return float(self.chosen.get(self.reference, max(self.chosen.values(), default=1)))

    def rows(self, ts: list[float] | None = None) -> list[PlanRow]:
        """Return what all lists keep at each of the ts, by default round ones and the chosen."""
        lists = ThresholdRules(self.counts, self.reference)
        wanted = ts or sorted({*map(float, round_ts(lists.most)), self.t})
        return [self._all(t, self.chosen if t == self.t else lists.with_t(t)) for t in wanted]

    def languages(self, most: int = 20) -> list[tuple[str, PlanRow]]:
        """Return the lists with the most pairs at their chosen t.

        An empty list if there is only one.
        """
        if list(self.counts.by_lang) == [""]:
            return []
        order = sorted(self.sizes, key=lambda lang: (-self.sizes[lang].total, lang))
        return [(lang, self._one(lang)) for lang in order[:most]]

    def top(self, most: int = 20) -> list[tuple[str, int, int, float]]:
        """Return the most frequent entries: language, id, pairs, probability to keep a pair."""
        flat, ts = self.counts.flat, self.counts.spread(self.chosen)
        begins = self.counts.offsets
        langs, starts = list(begins), np.array(list(begins.values()))
        found = []
        for place in np.argsort(-flat, kind="stable")[:most].tolist():
            which = int(np.searchsorted(starts, place, "right")) - 1
            chance = min(1.0, ts[place] / max(1, flat[place]))
            found.append((langs[which], place - int(starts[which]), int(flat[place]), chance))
        return found

    @property
    def matched_entries(self) -> int:
        """Return the number of entries that at least one pair matches."""
        return int(np.count_nonzero(self.counts.flat))

    def _all(self, t: float, thresholds: Thresholds) -> PlanRow:
        flat, ts = self.counts.flat, self.counts.spread(thresholds)
        matched = sum(of_list.total for of_list in self.sizes.values())
        tail = flat[flat < ts].sum() / max(1, flat.sum())
        heads = np.count_nonzero(flat > ts)
        return PlanRow(t, kept(self.sizes, thresholds), matched, float(tail), int(heads))

    def _one(self, lang: str) -> PlanRow:
        alone = EntryCounts({lang: self.counts.by_lang[lang]})
        plan = Plan(alone, {lang: self.sizes[lang]}, self.chosen, lang)
        return plan._all(self.chosen[lang], {lang: self.chosen[lang]})
