"""Delta debugging: the smallest part of an input that still has its trouble."""

from collections.abc import Callable

Fails = Callable[[bytes], bool]


def smallest(data: bytes, fails: Fails, most_tries: int = 600) -> bytes:
    """The data without what can be left out, in ever smaller pieces; `fails` is asked `most_tries`
    times at most.
    """
    tries = 0
    size = len(data) // 2
    while size and tries < most_tries:
        at = 0
        while at < len(data) and tries < most_tries:
            rest = data[:at] + data[at + size :]
            tries += 1
            if fails(rest):
                data = rest
            else:
                at += size
        size //= 2
    return data
