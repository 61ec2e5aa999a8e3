"""What decoding takes, measured in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLACK = 15_000_000  # of the resized picture, the file and what an allocator keeps


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured through /proc")
def test_images_take_what_their_header_lets_expect_or_nothing() -> None:
    program = [sys.executable, "-m", "tests.fetch.image_memory_program"]
    done = subprocess.run(program, cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)

    within, refused = found["within"], found["refused"]
    assert {name: problem for name, (_, problem, _) in within.items() if problem} == {}
    over = {name: row for name, row in within.items() if row[0] > row[2] + SLACK}
    assert over == {}
    taken, problem = refused.pop("plain")
    assert problem is None and taken < 290_000_000, "as a photograph of that size must"
    for name, (taken, problem) in refused.items():
        assert str(problem).startswith("too much memory: "), name
        assert taken < SLACK, name
