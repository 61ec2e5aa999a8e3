"""Run the tests of the C code with extensions that were built elsewhere, with sanitizers say.

python -m tests.fuzz.c_tests --build build/fuzz/lib
"""

import argparse
import sys
from pathlib import Path

import pytest

import crawl2clip.extract.native
import crawl2clip.score.native

TESTS = (
    "tests/extract/test_record_headers.py",
    "tests/extract/test_scanner.py",
    "tests/extract/test_pair_rows.py",
    "tests/extract/test_finished_images.py",
    "tests/score/test_resizing.py",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--build", type=Path, required=True, help="where the extensions lie")
    folder = options.parse_args().build.resolve()
    for package in (crawl2clip.extract.native, crawl2clip.score.native):  # before they are imported
        package.__path__.insert(0, str(folder / package.__name__.replace(".", "/")))
    assert_built(folder)
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", *TESTS]))


def assert_built(folder: Path) -> None:
    """Without this check the tests would pass on the extensions that are installed."""
    from crawl2clip.extract.native import _headers, _rows, _scanner
    from crawl2clip.score.native import _resample

    for module in (_headers, _rows, _scanner, _resample):
        assert Path(str(module.__file__)).is_relative_to(folder), module.__file__


if __name__ == "__main__":
    main()
