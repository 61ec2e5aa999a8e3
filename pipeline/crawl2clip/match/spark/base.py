"""Define the settings that all stages share which match entries."""

from dataclasses import dataclass

from crawl2clip.match.matcher.normal_form import Borders, Spelling, Unicode
from crawl2clip.stage import Adding


@dataclass(frozen=True)
class Matching(Adding):
    """Names the entries, and how they and the texts are spelt."""

    files = ("entries",)
    main = "entries"

    entries: str
    unicode: Unicode = "as_is"
    fold_case: bool = False
    separators: str = ""
    borders: Borders = "metaclip"

    @property
    def spelling(self) -> Spelling:
        return Spelling(self.unicode, self.fold_case, self.separators, self.borders)
