# ruff: noqa: T201  a benchmark prints
"""How the time of a page grows with its size, over all evil patterns.

    python -m tests.benchmarks.growth [--megabytes 1 2 4 8] [--settings everything] [--only WORD]

Each pattern is read in both ways: by the scanner, which asks the parser where it has to, and by the
parser alone. A line tells the CPU seconds at each size, the exponent (least squares of the logs),
the peak of memory, and what came of the largest page: its rows, or its problem. `-` stands for a
size that was not tried, since a smaller one had taken too long already.
"""

import argparse
import io
import math
import multiprocessing
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from multiprocessing.connection import Connection
from typing import NamedTuple
from unittest import mock

from crawl2clip.extract.limits.read_settings import DEFAULTS, Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_file
from tests.extract.archives import record
from tests.extract.evil_pages import PATTERNS

SETTINGS = {
    "defaults": DEFAULTS,
    "everything": Settings(
        texts=(
            "alt", "title", "data-image-title", "aria-label", "figcaption", "json_ld", "og",
            "link_text",
        ),
        images=("src", "srcset", "picture", "lazy", "noscript", "link", "og", "twitter", "json_ld"),
    ),
}  # fmt: skip
WAYS = ("scanner", "parser")
MOST_EXPONENT = 1.1
MOST_SECONDS = 10.0
# What takes less at its largest size is lost in the noise, and counts as linear.
NOISE_SECONDS = 0.02
_LIMIT_SECONDS = 30  # of one page; no larger one is tried behind it
_LIMIT_BYTES = 6 << 30
# Pages that take less are read again, for the fastest of the tries.
_SHORT_SECONDS = 3
_MOST_TRIES = 5


class Run(NamedTuple):
    """One page. outcome: how many rows it gave, or its problem."""

    seconds: float
    peak_mb: int
    outcome: str


def exponent(megabytes: Sequence[float], seconds: Sequence[float]) -> float:
    """The slope of log time over log size; 1 if the times are too short to tell."""
    if len(seconds) < 2 or seconds[-1] < NOISE_SECONDS:
        return 1.0
    xs = [math.log(size) for size in megabytes[: len(seconds)]]
    ys = [math.log(max(value, 1e-3)) for value in seconds]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    slope = sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True))
    return slope / sum((a - x) ** 2 for a in xs)


def read(name: str, way: str, settings: Settings, size: int) -> Run:
    """One page of the pattern in this process."""
    page = PATTERNS[name](size)
    archive = record(page.body, page.url, page.content_type, headers=page.headers, gzip=False)
    with _only_parser() if way == "parser" else nullcontext():
        start = time.process_time()
        count, problems = 0, []
        for row in pairs_in_file("a.warc", io.BytesIO(archive), settings):
            count += 1
            if row.problem:
                problems.append(row.problem[:60])
        seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return Run(seconds, peak, " / ".join([f"{count - len(problems)} pairs", *problems[:1]]))


def _only_parser() -> AbstractContextManager[object]:
    return mock.patch("crawl2clip.extract.html.scanner._scanner", None)


def runs(name: str, way: str, settings: Settings, megabytes: Sequence[float]) -> list[Run]:
    """The pattern at each size, in a process of its own each; the last may be cut short."""
    found: list[Run] = []
    for size in megabytes:
        found.append(_in_child(name, way, settings, int(size * 1e6)))
        if found[-1].seconds > _LIMIT_SECONDS / 2 or found[-1].outcome.startswith("died"):
            break
    return found


def _in_child(name: str, way: str, settings: Settings, size: int) -> Run:
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=_child, args=(theirs, name, way, settings, size))
    child.start()
    theirs.close()
    try:
        result: Run = ours.recv()
    except EOFError:
        child.join()
        return Run(_LIMIT_SECONDS, 0, f"died: exit code {child.exitcode}")
    child.join()
    return result


def _child(answer: Connection, name: str, way: str, settings: Settings, size: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_LIMIT_SECONDS, _LIMIT_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_LIMIT_BYTES, _LIMIT_BYTES))
    tries = [read(name, way, settings, size)]
    while sum(run.seconds for run in tries) < _SHORT_SECONDS and len(tries) < _MOST_TRIES:
        tries.append(read(name, way, settings, size))
    answer.send(min(tries))


def table(names: Sequence[str], settings: Settings, megabytes: Sequence[float]) -> Iterator[str]:
    """Lines as they come, and a summary."""
    read("images", "parser", settings, 1000)  # so that no child has to import anything
    heads = "".join(f"{f'{size:g} MB':>9}" for size in megabytes)
    yield f"{'':42}{'way':9}{heads}{'exp.':>6}{'MB':>6}  outcome"
    bad, worst, slowest, most_mb = 0, 0.0, 0.0, 0
    for name in names:
        for way in WAYS:
            found = runs(name, way, settings, megabytes)
            seconds = [run.seconds for run in found]
            slope = exponent(megabytes, seconds)
            is_bad = slope > MOST_EXPONENT or max(seconds) > MOST_SECONDS
            bad, worst = bad + is_bad, max(worst, slope)
            slowest, most_mb = max(slowest, *seconds), max(most_mb, *(r.peak_mb for r in found))
            cells = "".join(f"{value:9.3f}" for value in seconds).ljust(9 * len(megabytes), " ")
            mark = "!" if is_bad else " "
            yield (
                f"{name:42}{way:9}{cells}{slope:6.2f}{found[-1].peak_mb:6}{mark} "
                f"{found[-1].outcome}"
            )
    yield (
        f"{len(names)} patterns, both ways: {bad} beyond the bar, largest exponent {worst:.2f},"
        f" slowest page {slowest:.1f} s, largest peak {most_mb} MB"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--megabytes", type=float, nargs="+", default=[1, 2, 4, 8])
    options.add_argument("--settings", choices=SETTINGS, default="everything")
    options.add_argument("--only", default="", help="a word in the names of the patterns")
    given = options.parse_args()
    names = [name for name in PATTERNS if given.only in name]
    for line in table(names, SETTINGS[given.settings], given.megabytes):
        print(line, flush=True)


if __name__ == "__main__":
    main()
