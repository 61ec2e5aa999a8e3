"""Define the settings of an entry list; the defaults are MetaCLIP's."""

from dataclasses import dataclass, fields
from typing import Literal

SOURCES = ("numbers", "wordnet", "unigrams", "bigrams", "titles")  # in the paper's order

AUTO, NONE = "auto", "none"


@dataclass(frozen=True)
class EntrySettings:
    """Sources and limits of a list (Xu et al. 2023, table 1, and the released code).

    numbers: the number of integers to include, from "0". wordnet: folder of WordNet's files; "auto"
    finds it, "none" omits it. wordnet_names: "cut" ends a synset's name at its first dot, as in the
    published list ("st." becomes "st", "ph.d." "ph"); "whole" keeps it.

    wiki: dumps, pages-articles.xml, compressed with bz2 or not. texts: plain texts, one per line,
    counted together with the dumps. ngrams: alternatively, the table of counts that an earlier list
    left. pageviews: Wikimedia's hourly files; the paper uses 26 days. project: the site whose
    titles are used; "en" is the desktop site of English alone.

    least_count, least_pmi, least_views: the minimum for a word, a bigram and a title. An hour
    counts for a title that was viewed `least_hourly_views` times in it. most_*: the maximum number,
    choosing the most frequent, most associated or most viewed; null for all.

    extends: a list whose entries are kept with their ids, whether or not they are found again.
    """

    numbers: int = 100
    wordnet: str = AUTO
    wordnet_names: Literal["cut", "whole"] = "cut"
    wiki: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    ngrams: str | None = None
    pageviews: tuple[str, ...] = ()
    project: str = "en"
    least_count: int = 100
    least_pmi: float = 30.0
    least_hourly_views: int = 50
    least_views: int = 70
    most_unigrams: int | None = None
    most_bigrams: int | None = None
    most_titles: int | None = None
    extends: str | None = None

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if the settings are invalid."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.startswith("least_") and field.name != "least_pmi" and value < 1:
                raise ValueError(f"{field.name} needs at least 1, not {value}")
            if field.name.startswith("most_") and value is not None and value < 1:
                raise ValueError(f"{field.name} needs at least 1, not {value}")
        if self.numbers < 0:
            raise ValueError(f"numbers needs 0 or more, not {self.numbers}")
        if self.ngrams and (self.wiki or self.texts):
            raise ValueError("ngrams stands instead of wiki and texts: give one or the other")
