"""Read JSON files that users name, with bounds."""

import json
import zlib
from typing import Any

import fsspec

MOST_BYTES = 64_000_000  # of settings, receipts, reports


def read_json(path: str, most_bytes: int = MOST_BYTES) -> Any:
    """Return the content of a JSON file, local or remote, decompressed by its file name.

    Raises FileNotFoundError; ValueError, in one line, for what is no JSON in UTF-8, is nested too
    deeply, or unpacks to more than `most_bytes`.
    """
    try:
        with fsspec.open(path, "rb", compression="infer") as file:
            data = file.read(most_bytes + 1)
    except (EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: {error}") from None
    if len(data) > most_bytes:
        raise ValueError(f"{path} has more than {most_bytes:,} bytes")
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as error:  # not UTF-8, or not JSON
        raise ValueError(f"{path} is not JSON: {error}") from None
    except RecursionError:
        raise ValueError(f"{path} is not JSON that one reads: it is nested too deeply") from None
