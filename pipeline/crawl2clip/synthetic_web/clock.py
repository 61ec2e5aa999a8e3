"""The time in the sample: it begins on a fixed day, for the same settings give the same bytes."""

from datetime import UTC, datetime, timedelta

_START = datetime(2026, 1, 5, tzinfo=UTC)


def moment(second: int) -> datetime:
    """That many seconds into the crawl."""
    return _START + timedelta(seconds=second)


def warc_date(second: int) -> str:
    """The moment as WARC-Date has it."""
    return moment(second).strftime("%Y-%m-%dT%H:%M:%SZ")
