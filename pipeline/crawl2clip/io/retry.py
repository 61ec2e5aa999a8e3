"""Retry what fails for a while: a server that is busy, a connection that drops."""

import errno
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import sleep
from typing import TypeVar

from crawl2clip.io.redaction import redacted, without_secrets

T = TypeVar("T")

# About two minutes in all. What lasts longer is for Spark, which tries the task again.
TRIES = 8
LONGEST_PAUSE_SECONDS = 60.0
# A server may request more; then the slot of the executor is worth more than its good will.
LONGEST_REQUESTED_SECONDS = 120.0


class TransientError(Exception):
    """A failure that a retry may mend. pause_seconds: as the server requests; else None."""

    def __init__(self, reason: object, pause_seconds: float | None = None) -> None:
        super().__init__(redacted(" ".join(str(reason).split())))
        self.pause_seconds = pause_seconds


def with_retries(action: Callable[[], T], name: str) -> T:
    """Retry the action while it raises TransientError; raise OSError after `TRIES` of them."""
    for tried in range(TRIES):
        try:
            return action()
        except TransientError as error:
            reason = error
            if tried + 1 < TRIES:
                sleep(pause_seconds(error.pause_seconds, tried, name))
    raise OSError(errno.EIO, f"tried {TRIES} times: {reason}", without_secrets(name)) from reason


def pause_seconds(requested: float | None, tried: int, name: str) -> float:
    """Return how long to wait after `tried` + 1 failures; `name` spreads simultaneous failures."""
    if requested is not None:
        return min(requested, LONGEST_REQUESTED_SECONDS)
    spread = 0.5 + zlib.crc32(f"{name} {tried}".encode()) / 2**32
    return min(2.0**tried * spread, LONGEST_PAUSE_SECONDS)


def retry_after_seconds(retry_after: str | None) -> float | None:
    """Return the seconds in a Retry-After header, given as seconds or as a date; None for neither.

    RFC 9110, section 10.2.3.
    """
    text = (retry_after or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
