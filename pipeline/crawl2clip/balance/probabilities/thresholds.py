"""Which t, or which t for each language. Knows nothing of Spark."""

from collections.abc import Callable, Mapping

import numpy as np

from crawl2clip.balance.probabilities.entry_counts import EntryCounts, Thresholds
from crawl2clip.balance.probabilities.keep_probabilities import Tail, tail_share
from crawl2clip.balance.probabilities.size_curve import PER_OCTAVE, Sizes

LEAST_T = 2.0**-20  # below it a set has no pairs worth the name


class Lists:
    """The entry counts of one list, or of one list a language, and the rules for their t's."""

    def __init__(self, counts: EntryCounts, reference: str) -> None:
        self.counts, self.reference = counts, reference
        # MetaCLIP 2 looks at whole lists, in which some entry never occurs: hence the 0.
        self.tails = {lang: Tail(np.append(c, 0)) for lang, c in counts.by_lang.items()}

    def with_tail(self, share: float) -> dict[str, float]:
        """For each list the t whose tail holds this share of its matches."""
        return {lang: float(tail.t(share)) for lang, tail in self.tails.items()}

    def with_t(self, t: float) -> dict[str, float]:
        """t for the reference language; for each other the t whose tail holds the same share.

        MetaCLIP 2 (Chuang et al. 2025): so t grows with what there is of a language. A list alone
        has t, and so have all where the reference has no matches to take the share from.
        """
        share = tail_share(self.counts.by_lang.get(self.reference, np.zeros(0, np.int64)), t)
        if np.isnan(share):
            return dict.fromkeys(self.tails, float(t))
        return self.with_tail(share) | {self.reference: float(t)}

    @property
    def most(self) -> float:
        """The t that keeps every pair that matches."""
        return float(max((c.max(initial=1) for c in self.counts.by_lang.values()), default=1))


def with_size(
    sizes: Mapping[str, Sizes], size: float, rule: Callable[[float], Thresholds], most: float
) -> dict[str, float]:
    """The thresholds that keep `size` pairs, by a rule that keeps more the larger its t.

    most: the largest t worth trying, which keeps all; so it does if there are fewer pairs.
    """
    low, high = LEAST_T, most * 2 ** (2 / PER_OCTAVE)  # past the last bucket
    for _ in range(80):
        middle = (low + high) / 2
        if kept(sizes, rule(middle)) < size:
            low = middle
        else:
            high = middle
    return dict(rule(high))


def kept(sizes: Mapping[str, Sizes], thresholds: Thresholds) -> float:
    """How many pairs stay, all lists together."""
    return sum(of_list.at(thresholds[lang]) for lang, of_list in sizes.items())
