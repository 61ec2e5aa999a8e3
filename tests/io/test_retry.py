import time
from email.utils import formatdate

import pytest

from crawl2clip.io.retry import retry_after_seconds


def test_retry_after_is_seconds_or_a_date() -> None:
    assert retry_after_seconds("120") == 120
    assert retry_after_seconds(" 0 ") == 0
    assert 55 < (retry_after_seconds(formatdate(usegmt=True, timeval=time.time() + 60)) or 0) <= 60
    assert retry_after_seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert [retry_after_seconds(text) for text in (None, "", "soon", "-5", "1.5")] == [None] * 5


@pytest.mark.parametrize(
    "date", ["Mon, 1 Jan 99999999999999 00:00:00 GMT", f"Mon, 1 Jan 2024 99:99:{'9' * 20} GMT"]
)
def test_a_date_past_all_numbers_is_none(date: str) -> None:
    assert retry_after_seconds(date) is None
