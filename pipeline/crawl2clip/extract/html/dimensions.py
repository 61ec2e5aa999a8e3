"""Parse the dimensions of images in attribute values."""

import re
from typing import Any

_PIXELS = re.compile(r"\s*\+?(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*;?\s*", re.ASCII | re.IGNORECASE)


def pixels(value: Any) -> int | None:
    """Return pixels: `300`, `300.5`, ` 300px` give 300; None for `50%`, `auto` and the like."""
    if isinstance(value, str):
        found = _PIXELS.fullmatch(value)
        return int(found[1]) if found else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if 0 <= value < 1_000_000 else None
    return None
