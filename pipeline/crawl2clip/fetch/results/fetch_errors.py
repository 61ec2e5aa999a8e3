"""The error that stands for each image the web did not give, and the `problem` it becomes.

A problem reads 'kind: detail': there are few kinds, to count by, and any detail, to read.
"""

import socket
import ssl
from http import HTTPStatus
from http.client import HTTPException, IncompleteRead

from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import redacted
from crawl2clip.io.retry import retry_after_seconds

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
        *(f"http {status.value}" for status in HTTPStatus),
    }
)

# Characters of a detail that are searched for secrets: one that is cut first may be missed.
_SEARCHED = 10_000

# Kinds for which the same request may succeed in a moment.
TRANSIENT = {"connection failed", "timeout", "truncated"} | {
    f"http {status}" for status in (408, 425, 429, 500, 502, 503, 504)
}

# The first match counts, so each class stands before its base classes.
_KIND_OF_ERROR: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (socket.gaierror, "dns failure"),
    (ssl.SSLError, "tls failure"),
    (OSError, "connection failed"),  # RemoteDisconnected is also a HTTPException
    (IncompleteRead, "truncated"),
    (HTTPException, "bad response"),
    (UnicodeError, "bad url"),  # a host name of more than 63 letters between its dots
)
NETWORK_ERRORS = tuple(error for error, _ in _KIND_OF_ERROR)


class FetchError(Exception):
    """Raised where the web gives no image; `str()` of it is the `problem` of the row.

    kind: one of KINDS. transient: whether a retry may help, by default what TRANSIENT says of the
    kind. later: seconds for which the server asks to be left alone.
    """

    def __init__(
        self, kind: str, detail: str, transient: bool | None = None, later: float = 0.0
    ) -> None:
        super().__init__(problem(kind, detail))
        self.kind = kind
        self.transient = kind in TRANSIENT if transient is None else transient
        self.later = later


def problem(kind: str, detail: str) -> str:
    """Return 'kind: detail', the detail short, on one line, safe to print and without secrets."""
    return f"{kind}: {printable(redacted(' '.join(detail.split())[:_SEARCHED]))}"


def status_error(status: int, reason: str, retry_after: str | None = None) -> FetchError:
    """Return the error for a response that is neither the image nor a redirect."""
    kind = f"http {status}"
    later = retry_after_seconds(retry_after) or 0.0
    return FetchError(kind if kind in KINDS else "http error", f"{status} {reason}", later=later)


def network_error(error: Exception) -> FetchError:
    """Return the error that one of NETWORK_ERRORS means. Raises StopIteration for any other."""
    kind = next(kind for kinds, kind in _KIND_OF_ERROR if isinstance(error, kinds))
    if kind == "timeout":  # which wait came last is chance, so no table holds it
        return FetchError(kind, "the server took too long")
    again = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
    return FetchError(kind, str(error) or type(error).__name__, transient=again or None)
