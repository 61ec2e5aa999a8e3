"""Choose the threshold t of a list, or of each language's list."""

from collections.abc import Callable, Mapping

import numpy as np

from crawl2clip.balance.probabilities.entry_counts import EntryCounts, Thresholds
from crawl2clip.balance.probabilities.keep_probabilities import TailThresholds, tail_share
from crawl2clip.balance.probabilities.size_curve import PER_OCTAVE, SizeCurve

LEAST_T = 2.0**-20  # a smaller t keeps practically nothing


class ThresholdRules:
    """The entry counts of a list, or of one per language, and the rules for thresholds."""

    def __init__(self, counts: EntryCounts, reference: str) -> None:
        self.counts, self.reference = counts, reference
        # MetaCLIP 2 uses whole lists, in which some entry never occurs: hence the 0.
        self.tails = {lang: TailThresholds(np.append(c, 0)) for lang, c in counts.by_lang.items()}

    def with_tail(self, share: float) -> dict[str, float]:
        """Return for each list the t whose tail holds this share of its matches."""
        return {lang: float(tail.t(share)) for lang, tail in self.tails.items()}

    def with_t(self, t: float) -> dict[str, float]:
        """Return t for the reference language, and for others the t of the same tail share.

        MetaCLIP 2 (Chuang et al. 2025): t then grows with the amount of data in a language. A
        single list gets t, and so do all if the reference has no matches to take the share from.
        """
        share = tail_share(self.counts.by_lang.get(self.reference, np.zeros(0, np.int64)), t)
        if np.isnan(share):
            return dict.fromkeys(self.tails, float(t))
        return self.with_tail(share) | {self.reference: float(t)}

    @property
    def most(self) -> float:
        """Return the t that keeps every pair that matches."""
        return float(max((c.max(initial=1) for c in self.counts.by_lang.values()), default=1))


def with_size(
    sizes: Mapping[str, SizeCurve], size: float, rule: Callable[[float], Thresholds], most: float
) -> dict[str, float]:
    """Find the thresholds that keep `size` pairs, given a rule that keeps more for a larger t.

    most: the largest useful t, which keeps all; it is chosen if there are fewer pairs than `size`.
    """
    low, high = LEAST_T, most * 2 ** (2 / PER_OCTAVE)  # past the last bucket
    for _ in range(80):
        middle = (low + high) / 2
        if kept(sizes, rule(middle)) < size:
            low = middle
        else:
            high = middle
    return dict(rule(high))


def kept(sizes: Mapping[str, SizeCurve], thresholds: Thresholds) -> float:
    """Return the number of pairs kept by the thresholds, over all lists."""
    return sum(of_list.at(thresholds[lang]) for lang, of_list in sizes.items())
