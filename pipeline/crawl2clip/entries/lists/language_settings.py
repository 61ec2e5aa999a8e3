"""Define the settings of entry lists of many languages; the defaults are MetaCLIP 2's."""

from dataclasses import dataclass
from typing import Literal

from crawl2clip.entries.lists.list_settings import AUTO

Unspaced = Literal["icu", "characters"]


@dataclass(frozen=True)
class LanguageSettings:
    """Sources and limits of each list (Chuang et al. 2025; documentation and code of MetaCLIP 2).

    wiki: dumps, with "{lang}" in place of the language: "dumps/{lang}wiki-*-articles*.xml.bz2".
    languages: codes of Wikipedias; by default all that have dumps. pageviews: Wikimedia's hourly
    files of all wikis; the paper uses 40 days. titles: alternatively, the table of views that an
    earlier command wrote. sites: the sites whose views count; the released code adds those of
    Wiktionary, Wikibooks and others to Wikipedia's, and so does "all". omw: folder with the Open
    Multilingual Wordnet, with wn-data-fra.tab and others anywhere below it.

    Each source adds entries that the ones before it lack: the numbers, WordNet, the most frequent
    words (that share of all distinct ones), the bigrams of highest PMI (that share of the words
    added), the most viewed titles (that share of all); never more than most_*, which are the
    numbers of English. The released code requires a PMI above 30 instead of bigram_share, which no
    corpus of less than 2**30 words reaches: set least_pmi 30 and bigram_share 1e9 for that. An
    entry has at most `most_letters` characters, and is not all punctuation.

    unspaced: how words are found in scripts without spaces: "icu" uses ICU's dictionaries, one
    library for Chinese, Japanese, Thai, Lao, Khmer and Burmese, and splits Tibetan into syllables
    (MetaCLIP 2 uses a library per language, a neural one for Chinese); with "characters" each
    letter is a word, and a bigram is two of them.

    english: "metaclip" applies MetaCLIP's own rules, as MetaCLIP 2 does, "alike" those of all other
    languages. wordnet: for English, as in EntrySettings.
    """

    wiki: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    pageviews: tuple[str, ...] = ()
    titles: str | None = None
    sites: Literal["wikipedia", "all"] = "wikipedia"
    omw: str | None = None
    numbers: int = 100
    unigram_share: float = 0.1
    bigram_share: float = 0.4
    title_share: float = 0.76
    least_pmi: float = 0.0
    most_unigrams: int = 251_465
    most_bigrams: int = 100_646
    most_titles: int = 61_235
    most_letters: int = 256
    unspaced: Unspaced = "icu"
    english: Literal["metaclip", "alike"] = "metaclip"
    wordnet: str = AUTO

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if the settings are invalid."""
        for name in ("numbers", "unigram_share", "bigram_share", "title_share"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"{name} needs 0 or more, not {getattr(self, name)}")
        for name in ("most_unigrams", "most_bigrams", "most_titles", "most_letters"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} needs at least 1, not {getattr(self, name)}")
        if not self.wiki:
            raise ValueError("wiki needs dumps named by language: {lang}wiki-*.xml.bz2")
        if self.titles and self.pageviews:
            raise ValueError("titles stands instead of pageviews: give one or the other")
