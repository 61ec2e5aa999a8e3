"""Work in child processes that may crash, hang or eat memory: the parent sees at which input."""

import faulthandler
import mmap
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

SECONDS = 20  # of CPU for an input: a build with sanitizers takes several times as long
MOST_GROWTH_KB = 700_000
_MOST_TEXT = 60_000
_STATE = struct.Struct("<qq")  # the number at work, and how long the text behind it is


class Ended(NamedTuple):
    """How a child ended: at which number, what was wrong there, if anything, its CPU seconds."""

    number: int
    trouble: str | None
    seconds: float


Check = Callable[[int], str | None]


def run(check: Check, start: int, stop: int, log: int) -> Ended:
    """Check the numbers from `start` to `stop` in a child, which ends at the first with trouble.

    log: the file descriptor that takes what the child writes, as a sanitizer's report.
    """
    shared = mmap.mmap(-1, _STATE.size + _MOST_TEXT)
    os.ftruncate(log, 0)
    child = os.fork()
    if child == 0:
        _work(check, start, stop, log, shared)
    _, status, used = os.wait4(child, 0)
    number, length = _STATE.unpack_from(shared)
    text = shared[_STATE.size : _STATE.size + length].decode("utf-8", "replace")
    code = os.waitstatus_to_exitcode(status)
    trouble = text or (_crash(code, log) if code else None)
    return Ended(number, trouble, used.ru_utime + used.ru_stime)


def _work(check: Check, start: int, stop: int, log: int, shared: mmap.mmap) -> None:
    """The child's whole life."""
    os.dup2(log, 1)
    os.dup2(log, 2)
    faulthandler.enable(file=sys.__stderr__)
    for number in range(start, stop):
        _STATE.pack_into(shared, 0, number, 0)
        found = _limited(check, number)
        if found:
            text = found.encode("utf-8", "backslashreplace")[:_MOST_TEXT]
            shared[_STATE.size : _STATE.size + len(text)] = text
            _STATE.pack_into(shared, 0, number, len(text))
            os._exit(1)
    os._exit(0)


def _limited(check: Check, number: int) -> str | None:
    """What is wrong with the input, also if it is that it takes much memory."""
    used = int(time.process_time()) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (used + 1, resource.RLIM_INFINITY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = check(number)
    growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if not found and growth > MOST_GROWTH_KB:
        return f"takes {growth} kB more memory than any input before"
    return found


def _crash(code: int, log: int) -> str:
    report = os.pread(log, _MOST_TEXT, 0).decode("utf-8", "replace")
    if code == -signal.SIGXCPU:
        return f"takes more than {SECONDS} s of CPU\n{report}"
    return f"the process ended with {code}\n{report}"
