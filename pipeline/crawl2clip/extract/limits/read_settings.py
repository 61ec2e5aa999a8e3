"""Define what is read from pages: the recipe's key `read` and the data source's options."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

TextSource = Literal[
    "alt", "title", "data-image-title", "aria-label", "figcaption", "json_ld", "og", "link_text"
]
ImageSource = Literal[
    "src", "srcset", "picture", "lazy", "noscript", "link", "og", "twitter", "json_ld"
]
Signed = Literal["keep", "strip"]

# Texts that no `img` has: they stand with links of their own.
_TEXTS_OF_PAGES = {"og": {"og", "twitter"}, "json_ld": {"json_ld"}}


@dataclass(frozen=True)
class Settings:
    """Chooses the images of a page and the texts around them, and limits their cost.

    max_page_bytes: a page with a longer body, stored or decoded, is a problem and no page.
    texts: each gives rows of its own; an image with none of them gives none. images: where links
    to images may stand; `noscript` is all images within one, `link` the whole picture that a
    thumbnail links to. prefer_link: make such a link the image's url, and not only a candidate.
    max_images_per_page: images beyond are left out, and are a problem of the page.
    max_page_seconds: of CPU time; a page that takes longer ends the worker, and is a problem when
    the archive is read for the third time. max_page_memory_bytes: what a page may take then.
    signed_urls: what becomes of the parameters that sign an address, `redaction.SIGNING`. 'keep':
    they stay in the addresses of images and pages, for many servers serve nothing without them.
    'strip': no column holds them, and pairs whose images need them will not be fetched.
    max_problem_share: of all rows read; if more of them are problems, the run reports it by its
    exit code. It changes no row.
    """

    max_page_bytes: int = 10_000_000
    texts: tuple[TextSource, ...] = ("alt",)
    images: tuple[ImageSource, ...] = ("src", "srcset", "picture", "lazy", "noscript")
    prefer_link: bool = False
    max_images_per_page: int = 10_000
    max_page_seconds: int = 120
    max_page_memory_bytes: int = 1_000_000_000
    signed_urls: Signed = "keep"
    max_problem_share: float = 1.0

    def check(self) -> None:
        """Raise ValueError, naming the valid values, if the settings make no sense."""
        if self.signed_urls not in get_args(Signed):
            raise ValueError(f"signed_urls wants keep or strip, not {self.signed_urls!r}")
        for name in ("texts", "images"):
            if not getattr(self, name):
                raise ValueError(f"{name} wants at least one of {', '.join(_words(name))}")
        self._check_limits()
        for text, images in _TEXTS_OF_PAGES.items():
            if text in self.texts and not images & set(self.images):
                raise ValueError(f"texts has {text}, so images wants {' or '.join(sorted(images))}")
        if self.prefer_link and "link" not in self.images:
            raise ValueError("prefer_link is set, so images wants link")

    def _check_limits(self) -> None:
        for name in (field.name for field in fields(self) if field.type is int):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} wants a number above 0, not {getattr(self, name)}")
        if not 0 <= self.max_problem_share <= 1:
            raise ValueError(f"max_problem_share is a share, 0 to 1, not {self.max_problem_share}")


DEFAULTS = Settings()


def options(settings: Settings) -> dict[str, str]:
    """Return the settings that affect rows as options of a Spark data source, which are strings."""
    found = {}
    for name, value in asdict(settings).items():
        if name == "max_problem_share":
            continue
        found[name] = ",".join(value) if isinstance(value, tuple) else str(value).lower()
    return found


def from_options(given: Mapping[str, str]) -> Settings:
    """Parse the options into settings, with defaults for the rest; other options are ignored.

    Raises ValueError for an invalid value.
    """
    found = {
        field.name: _value(field.name, given[field.name], field.default)
        for field in fields(Settings)
        if field.name in given
    }
    settings = Settings(**found)
    settings.check()
    return settings


def _value(name: str, text: str, default: object) -> Any:
    """Parse the text as a value of the default's type."""
    if isinstance(default, tuple):
        return tuple(_word(name, word.strip()) for word in text.split(",") if word.strip())
    if isinstance(default, bool):
        if text.lower() not in ("true", "false"):
            raise ValueError(f"{name} wants true or false, not {text!r}")
        return text.lower() == "true"
    if isinstance(default, str):
        return text.strip()
    if not text.strip().isdecimal():
        raise ValueError(f"{name} wants a number above 0, not {text!r}")
    return int(text)


def _word(name: str, word: str) -> str:
    if word not in _words(name):
        raise ValueError(f"{name} wants some of {', '.join(_words(name))}, not {word!r}")
    return word


def _words(name: str) -> tuple[str, ...]:
    return get_args(TextSource if name == "texts" else ImageSource)
