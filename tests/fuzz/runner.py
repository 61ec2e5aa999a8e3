"""Feeds inputs to children for a time, and keeps what they found."""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz import children
from tests.fuzz.corpus import files
from tests.fuzz.inputs import HALVES, KINDS, made, trouble
from tests.fuzz.smaller import smallest

FOUND = Path("build/fuzz/found")
# A child lives so long: its memory is its own, and what it leaks ends with it.
_BATCH = 500
_EVERY_SECONDS = 15
_MOST_OF_A_SORT = 2  # are kept: of more there is nothing to learn, and making them small takes long
_SECONDS_FOR_ONE = 60
MOST_FINDINGS = 1_000


class Fuzzer:
    """One run: its log, its findings."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.findings = 0
        self.sorts: Counter[str] = Counter()
        self.left = 0.0  # seconds of CPU to make a finding small
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  open as long as the process runs
        FOUND.mkdir(parents=True, exist_ok=True)

    def corpus(self) -> None:
        """Every input that is kept, read in every way."""
        for kind in KINDS:
            paths = files(kind)
            done = 0
            while done < len(paths):
                ended = children.run(
                    lambda n, kind=kind, paths=paths: trouble(kind, paths[n].read_bytes()),
                    done,
                    len(paths),
                    self.log.fileno(),
                )
                if ended.trouble:
                    self._say(f"{paths[ended.number]}: {ended.trouble}")
                    self.findings += 1
                done = ended.number + 1
            self._say(f"corpus, {kind}: {len(paths)} inputs")

    def half(self, half: str, seconds: float) -> None:
        """Inputs of that half for so many seconds of CPU."""
        number, used, told = 0, 0.0, time.monotonic()
        while used < seconds and self.findings < MOST_FINDINGS:
            ended = children.run(
                lambda n: trouble(*made(half, self.seed, n), n),
                number,
                number + _BATCH,
                self.log.fileno(),
            )
            used += ended.seconds
            number = ended.number + 1
            if ended.trouble:
                self._keep(half, ended.number, ended.trouble)
            if time.monotonic() - told > _EVERY_SECONDS or used >= seconds:
                told = time.monotonic()
                self._say(
                    f"{half}: {number} inputs, {used:.0f} of {seconds:.0f} s of CPU,"
                    f" {number / used:.0f} a second, {self.findings} findings"
                    + "".join(f"; {count} x {sort}" for sort, count in self.sorts.items())
                )

    def file(self, kind: str, path: Path) -> None:
        """One input, in every way; smaller, if there is trouble."""
        found = self._trouble(kind, path.read_bytes())
        if found:
            self._keep_as(path.stem, kind, path.read_bytes(), found)

    def _keep(self, half: str, number: int, found: str) -> None:
        kind, data = made(half, self.seed, number)
        self.sorts[_sort(found)] += 1
        if self.sorts[_sort(found)] > _MOST_OF_A_SORT:
            self.findings += 1
            return
        self._keep_as(f"{kind}-{self.seed}-{number}", kind, data, found)

    def _keep_as(self, name: str, kind: str, data: bytes, found: str) -> None:
        self.findings += 1
        path = FOUND / f"{name}.{kind}"
        path.write_bytes(data)
        self.left = _SECONDS_FOR_ONE
        small = smallest(data, lambda part: self._is_like(kind, part, found))
        path.with_suffix(f".small.{kind}").write_bytes(small)
        again = f"make fuzz SECONDS=0 INPUT={path}"
        path.with_suffix(".txt").write_text(f"{again}\n\n{found}\n", "utf-8", "backslashreplace")
        self._say(f"FOUND {path}, {len(data)} bytes, {len(small)} once made small: {found[:2000]}")
        self._say(f"again: {again}")

    def _trouble(self, kind: str, data: bytes) -> str | None:
        ended = children.run(lambda _: trouble(kind, data), 0, 1, self.log.fileno())
        self.left -= ended.seconds
        return ended.trouble

    def _is_like(self, kind: str, data: bytes, found: str) -> bool:
        again = self._trouble(kind, data) if self.left > 0 else None
        return again is not None and _sort(again) == _sort(found)

    @staticmethod
    def _say(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def _sort(found: str) -> str:
    """What kind of trouble it is: its first words, or where a sanitizer or a check saw it."""
    marks = ("SUMMARY:", "runtime error:", "CHECK(", "raises ", " s of CPU", "memory")
    for line in found.splitlines():
        for mark in marks:
            if mark in line:
                return line[line.index(mark) :][:80]
    return "difference" if "\nand " in found else "other"


def run_file(path: Path) -> int:
    """One input, whose kind is its suffix or the name of its folder; how much was found."""
    kind = path.suffix[1:] if path.suffix[1:] in KINDS else path.parent.name
    if kind not in KINDS:
        sys.exit(f"error: {path} should end in one of {', '.join(f'.{kind}' for kind in KINDS)}")
    fuzzer = Fuzzer(0)
    fuzzer.file(kind, path)
    return fuzzer.findings


def run(seed: int, seconds: float, halves: Sequence[str] = ()) -> int:
    """The corpus, then each of the halves for its share of the seconds; how much was found."""
    fuzzer = Fuzzer(seed)
    fuzzer.corpus()
    chosen = list(halves) or list(HALVES)
    for half in chosen:
        fuzzer.half(half, seconds / len(chosen))
    return fuzzer.findings
