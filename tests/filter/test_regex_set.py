import time

import pyarrow as pa
import pytest

from crawl2clip.filter.blocklists.regex_set import combined, match


def test_one_of_the_patterns_somewhere_in_any_case() -> None:
    texts = ["http://a/ADS/x", "http://a/shadsx", "http://b.onion/", "http://a/?b.onion/", None]

    found = match(pa.array(texts), combined([r"[/._-]ads?[/._-]", r"^https?://[^/]*\.onion/"]))

    assert found.to_pylist() == [True, False, True, False, False]


def test_no_patterns_match_nothing() -> None:
    assert match(pa.array(["a", ""]), combined([])).to_pylist() == [False, False]


def test_many_patterns_are_each_looked_for() -> None:
    expressions = combined([f"site{i}[.]example" for i in range(250)])

    assert len(expressions) == 3
    assert match(pa.array(["SITE249.example", "site250_example"]), expressions).to_pylist() == [
        True,
        False,
    ]


def test_what_a_pattern_switches_off_stays_inside_it() -> None:
    found = match(pa.array(["A", "a", "B"]), combined(["(?-i)A", "b"]))

    assert found.to_pylist() == [True, False, True]


def test_a_bad_pattern_is_shown() -> None:
    with pytest.raises(ValueError, match=r"'\(a' is not a regular expression"):
        combined(["a", "(a"])


def test_an_address_made_to_hurt_takes_no_time() -> None:
    started = time.monotonic()

    match(pa.array(["a" * 50_000 + "!"]), combined(["(a+)+$"]))

    assert time.monotonic() - started < 2
