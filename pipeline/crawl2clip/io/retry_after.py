"""How long a busy server asks to be left alone."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def asked_seconds(retry_after: str | None) -> float | None:
    """The header Retry-After, which is seconds or a date; None if it is neither."""
    text = (retry_after or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
