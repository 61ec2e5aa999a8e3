"""What goes into a list of entries; the defaults are MetaCLIP's."""

from dataclasses import dataclass, fields
from typing import Literal

SOURCES = ("numbers", "wordnet", "unigrams", "bigrams", "titles")  # in the paper's order

AUTO, NONE = "auto", "none"


@dataclass(frozen=True)
class EntrySettings:
    """Sources and limits. Xu et al. 2023, table 1, and what the released code does.

    numbers: "0", "1", ... go in, so many. wordnet: folder of WordNet's files; "auto" finds it,
    "none" leaves it out. wordnet_names: "cut" ends a synset's name at its first dot, as the
    published list does ("st." becomes "st", "ph.d." "ph"), "whole" keeps it.

    wiki: dumps, pages-articles.xml, packed with bz2 or not. texts: plain texts, one a line,
    counted with the dumps. ngrams: table of counts that a former list left, instead of both.
    pageviews: Wikimedia's hourly files; those of the paper are of 26 days. project: whose titles,
    "en" being the desktop site of English alone.

    least_count, least_pmi, least_views: what a word, a bigram, a title needs at least. An hour
    counts for a title if it was seen `least_hourly_views` times in it. most_*: so many at most, the
    most frequent, most associated or most seen; null for all.

    extends: a list whose entries keep their ids and stay in, found again or not.
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
        """Raise ValueError, saying what would be right, if the settings make no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.startswith("least_") and field.name != "least_pmi" and value < 1:
                raise ValueError(f"{field.name} wants at least 1, not {value}")
            if field.name.startswith("most_") and value is not None and value < 1:
                raise ValueError(f"{field.name} wants at least 1, not {value}")
        if self.numbers < 0:
            raise ValueError(f"numbers wants 0 or more, not {self.numbers}")
        if self.ngrams and (self.wiki or self.texts):
            raise ValueError("ngrams stands instead of wiki and texts: give one or the other")
