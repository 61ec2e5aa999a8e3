"""The inputs that once were found stay harmless, and the fuzzer finds what it is to find."""

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawl2clip.extract.archives import record_headers
from crawl2clip.extract.html import scanner
from crawl2clip.extract.rows import pair_rows
from tests.fuzz import children
from tests.fuzz.corpus import files
from tests.fuzz.inputs import HALVES, KINDS, made, trouble
from tests.fuzz.smaller import smallest

needs_c = pytest.mark.skipif(
    not (scanner.is_built() and pair_rows.is_built() and record_headers._headers),
    reason="no C compiler",
)


@pytest.fixture
def log() -> Iterator[int]:
    with tempfile.TemporaryFile() as file:
        yield file.fileno()


@needs_c
@pytest.mark.parametrize("kind", KINDS)
def test_no_input_of_the_corpus_is_trouble(kind: str, log: int) -> None:
    paths = files(kind)

    ended = children.run(lambda n: trouble(kind, paths[n].read_bytes()), 0, len(paths), log)

    assert ended.trouble is None, paths[ended.number]
    assert ended.number == len(paths) - 1


@needs_c
@pytest.mark.parametrize("half", HALVES)
def test_a_few_inputs_of_each_half_are_no_trouble(half: str, log: int) -> None:
    ended = children.run(lambda n: trouble(*made(half, 1, n), n), 0, 100, log)

    assert ended.trouble is None


@pytest.mark.parametrize("half", HALVES)
def test_inputs_are_those_of_the_seed_and_the_number(half: str) -> None:
    some = [made(half, 7, n) for n in range(60)]

    assert some == [made(half, 7, n) for n in range(60)]
    assert len({data for _, data in some}) > 50
    assert some[:20] != [made(half, 8, n) for n in range(20)]


def crash(number: int) -> str | None:
    if number == 3:
        os.abort()
    return None


def wrong(number: int) -> str | None:
    return "not the same" if number == 3 else None


def endless(number: int) -> str | None:
    while number == 3:
        pass
    return None


def hungry(number: int) -> str | None:
    """Takes more than this process ever had: pytest's may have given back gigabytes."""
    if number == 3:
        held = re.findall(r"(?:VmHWM|VmRSS):\s+(\d+)", Path("/proc/self/status").read_text())
        peak, now = (1024 * int(kilobytes) for kilobytes in held)
        bytes(b"x" * (peak - now + 50_000_000))
    return None


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (crash, "the process ended with -6"),
        (wrong, "not the same"),
        (endless, "takes more than 0 s of CPU"),
        (hungry, "takes "),
    ],
)
def test_the_number_of_an_input_that_is_trouble_is_known(
    check: children.Check, expected: str, log: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "SECONDS", 0)
    monkeypatch.setattr(children, "MOST_GROWTH_KB", 20_000)

    ended = children.run(check, 0, 9, log)

    assert ended.number == 3
    assert (ended.trouble or "").startswith(expected)


def test_a_sound_run_ends_at_its_last_number(log: int) -> None:
    assert children.run(lambda _: None, 5, 9, log)[:2] == (8, None)


def test_an_input_is_made_small() -> None:
    data = random.Random(1).randbytes(300) + b"<b>" + b"x" * 500 + b"</b>"

    assert smallest(data, lambda part: b"<b>" in part and b"</b>" in part) == b"<b></b>"
    assert smallest(data, lambda part: len(part) >= 700, most_tries=5) != b""


@needs_c
@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_a_build_with_assertions_reads_the_corpus(tmp_path: Path) -> None:
    flags = os.environ | {"CFLAGS": "-O0 -DCRAWL2CLIP_CHECK"}
    built = [f"--build-lib={tmp_path}/lib", f"--build-temp={tmp_path}/objects"]
    run([sys.executable, "setup.py", "--quiet", "build_ext", *built], env=flags)
    extensions = list(tmp_path.glob("lib/crawl2clip/**/*.so"))

    done = run([sys.executable, "-m", "tests.fuzz", f"--build={tmp_path}/lib", "--seconds=0"])

    assert len(extensions) == 4
    assert all(b"does not hold" in path.read_bytes() for path in extensions)
    assert [line.rpartition(" ")[0].rpartition(" ")[0] for line in done.splitlines()] == [
        f"corpus, {kind}:" for kind in KINDS
    ]


def run(command: list[str], **given: dict[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **given)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


ROOT = Path(__file__).resolve().parents[2]
