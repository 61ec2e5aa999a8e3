"""List the languages of captions: eleven in six scripts, English first."""

from crawl2clip.synthetic_web.languages.arabic import ARABIC
from crawl2clip.synthetic_web.languages.base import Language
from crawl2clip.synthetic_web.languages.chinese import CHINESE
from crawl2clip.synthetic_web.languages.english import ENGLISH
from crawl2clip.synthetic_web.languages.french import FRENCH
from crawl2clip.synthetic_web.languages.german import GERMAN
from crawl2clip.synthetic_web.languages.greek import GREEK
from crawl2clip.synthetic_web.languages.hindi import HINDI
from crawl2clip.synthetic_web.languages.japanese import JAPANESE
from crawl2clip.synthetic_web.languages.portuguese import PORTUGUESE
from crawl2clip.synthetic_web.languages.russian import RUSSIAN
from crawl2clip.synthetic_web.languages.spanish import SPANISH

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, RUSSIAN, GREEK, JAPANESE, CHINESE, ARABIC,
        HINDI,
    )
}  # fmt: skip
