"""Look for pages, headers and archives that are read wrongly, or crash what reads them.

    python -m tests.fuzz --seconds 120 --seed 1

The inputs of a seed are always the same; how many there are in the time is not. Exits with 1 if
anything was found, which then lies in build/fuzz/found.
"""

import argparse
import sys
from pathlib import Path

import crawl2clip.extract.native


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--seconds", type=float, default=120, help="of CPU, for both halves")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--half", choices=("pages", "archives"), help="nothing but this half")
    options.add_argument("--input", type=Path, help="nothing but this file, made small if it fails")
    options.add_argument("--build", type=Path, help="where extensions lie that are to be run")
    given = options.parse_args()
    if given.build:  # before anything is imported that imports them
        crawl2clip.extract.native.__path__.insert(
            0, str(given.build / "crawl2clip" / "extract" / "native")
        )

    from tests.fuzz import runner

    if given.input:
        findings = runner.run_file(given.input)
    else:
        findings = runner.run(given.seed, given.seconds, [given.half] if given.half else [])
    sys.exit(1 if findings else 0)


main()
