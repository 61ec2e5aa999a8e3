"""Why there is no image, as 'kind: detail': few kinds to count by, any detail to read."""

import re
import socket
import ssl
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead

from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import redacted
from crawl2clip.io.retry import asked_seconds

KINDS = frozenset(
    {
        "bad url",
        "dns failure",
        "refused address",
        "connection failed",
        "tls failure",
        "timeout",
        "too many redirects",
        "http error",  # a status that no standard knows; LinkedIn answers 999
        "bad response",
        "encoded body",
        "too large",
        "truncated",
        "opted out",
        "not an image",
        "too many parts",
        "too many pixels",
        "too much memory",
        "image too small",
        "aspect ratio too large",
        "unexpected error",
        "no outcome",
        *(f"http {status.value}" for status in HTTPStatus),
    }
)

_READ = 10_000  # letters of a detail: what is cut off before a secret is found may be half of one

# Worth asking again in a moment.
TRANSIENT = {"connection failed", "timeout", "truncated"} | {
    f"http {status}" for status in (408, 425, 429, 500, 502, 503, 504)
}

# The first that fits: each class stands before its base classes.
_KIND_OF_ERROR: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (socket.gaierror, "dns failure"),
    (ssl.SSLError, "tls failure"),
    (OSError, "connection failed"),  # RemoteDisconnected is also a HTTPException
    (IncompleteRead, "truncated"),
    (HTTPException, "bad response"),
    (UnicodeError, "bad url"),  # a host name of more than 63 letters between its dots
)
ERRORS = tuple(error for error, _ in _KIND_OF_ERROR)

# What img2dataset's resizer says, word by word.
_RESIZER = {
    "image too small": "image too small: a side is shorter than min_image_size_px",
    "aspect ratio too large": "aspect ratio too large: more than max_aspect_ratio",
    "Image decoding error": "not an image: OpenCV can't decode it",
}


class FetchError(Exception):
    """No image, for a reason that is the web's; its text is a `problem`.

    later: seconds for which the server asks to be left alone.
    """

    def __init__(
        self, kind: str, detail: str, transient: bool | None = None, later: float = 0.0
    ) -> None:
        super().__init__(problem(kind, detail))
        self.kind = kind
        self.transient = kind in TRANSIENT if transient is None else transient
        self.later = later


def problem(kind: str, detail: str) -> str:
    """'kind: detail', the detail on one line, short, fit to print and without secrets."""
    return f"{kind}: {printable(redacted(' '.join(detail.split())[:_READ]))}"


def of_status(status: int, reason: str, retry_after: str | None = None) -> FetchError:
    """For an answer that is neither the image nor a redirect."""
    kind = f"http {status}"
    later = asked_seconds(retry_after) or 0.0
    return FetchError(kind if kind in KINDS else "http error", f"{status} {reason}", later=later)


def of_error(error: Exception) -> FetchError:
    """What one of ERRORS means. Raises StopIteration for any other."""
    kind = next(kind for kinds, kind in _KIND_OF_ERROR if isinstance(error, kinds))
    if kind == "timeout":  # which wait was the last is chance: not for a table to hold
        return FetchError(kind, "the server took too long")
    again = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    return FetchError(kind, str(error) or type(error).__name__, transient=again or None)


def of_message(message: str) -> str:
    """The problem in img2dataset's error message, which for our own errors is their text."""
    if message in _RESIZER:
        return _RESIZER[message]
    kind, colon, _ = message.partition(": ")
    if colon and kind in KINDS:
        return problem(kind, message.removeprefix(f"{kind}: "))
    if message.startswith("OpenCV("):
        assertion = re.search(r"error: (.*)", message, re.DOTALL)
        return problem("not an image", assertion[1] if assertion else message)
    return problem("unexpected error", message)
