"""The languages that captions are written in, eleven in six scripts, English first."""

from pipeline.sample.languages.arabic import ARABIC
from pipeline.sample.languages.base import Language
from pipeline.sample.languages.chinese import CHINESE
from pipeline.sample.languages.english import ENGLISH
from pipeline.sample.languages.french import FRENCH
from pipeline.sample.languages.german import GERMAN
from pipeline.sample.languages.greek import GREEK
from pipeline.sample.languages.hindi import HINDI
from pipeline.sample.languages.japanese import JAPANESE
from pipeline.sample.languages.portuguese import PORTUGUESE
from pipeline.sample.languages.russian import RUSSIAN
from pipeline.sample.languages.spanish import SPANISH

LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        ENGLISH, GERMAN, FRENCH, SPANISH, PORTUGUESE, RUSSIAN, GREEK, JAPANESE, CHINESE, ARABIC,
        HINDI,
    )
}  # fmt: skip
