"""Whether a model learns from our shards by one command, and how much better than chance it is.

    python -m tests.benchmarks.train [--pairs 6000] [--epochs 8] [--keep FOLDER]

Draws shards and, apart from them, two evaluation sets; trains a small model of open_clip's on the
CPU by `crawl2clip train` and looks at it by `crawl2clip evaluate`. Chance is 1 of the 11 colours,
and 5 of the 100 captions.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from crawl2clip.synthetic_web.scenes import COLOURS
from tests.training.drawn import captions, colours, model_config, shards

CAPTIONS = 100
# Against chance; the first is to be 5 at least.
MEASURES = {
    ("colours", "acc1"): 1 / len(COLOURS),
    ("captions", "image_retrieval_recall@5"): 5 / CAPTIONS,
    ("captions", "text_retrieval_recall@5"): 5 / CAPTIONS,
}


def main() -> int:
    """Print the table; 1 if colours are told apart less than five times as well as by chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=6_000)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--keep", help="folder to work in; default: a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(options.keep or scratch)
        started = time.perf_counter()
        rows = measured(folder, options.pairs, options.epochs)
        seconds = time.perf_counter() - started
    sys.stdout.write(f"{options.pairs:,} pairs, {options.epochs} epochs, {seconds:.0f} s in all\n")
    for (dataset, metric), chance in MEASURES.items():
        score = rows[dataset][metric]
        line = f"{dataset:10}{metric:28}{score:8.1%}{chance:8.1%}{score / chance:8.1f} x chance"
        sys.stdout.write(line + "\n")
    return int(rows["colours"]["acc1"] < 5 * MEASURES["colours", "acc1"])


def measured(folder: Path, pairs: int, epochs: int) -> dict[str, dict[str, float]]:
    """Lines of the results table by evaluation set."""
    config, model = model_config(folder), folder / "model"
    sets = colours(folder / "colours", 600), captions(folder / "captions", CAPTIONS)
    settings = ["--model", "tiny-vit", "--model-config", str(config), "--epochs", str(epochs)]
    own = "--open-clip=--lr 1e-3 --wd 0.1 --save-frequency 100"
    crawl2clip(
        "train", str(shards(folder / "shards", pairs, 4)), "--to", str(model), *settings, own
    )
    table = folder / "results.jsonl"
    crawl2clip("evaluate", *map(str, sets), "--run", str(model), "--to", str(table))
    lines = [json.loads(line) for line in table.read_text(encoding="utf-8").splitlines()]
    return {line["downstream_dataset"]: line for line in lines}


def crawl2clip(*argv: str) -> None:
    """The command on one thread and the CPU; what it says comes only if it fails."""
    one = {**os.environ, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-m", "crawl2clip", *argv, "--device", "cpu"]
    words += ["--workers", "1"] if argv[0] == "train" else []
    done = subprocess.run(words, env=one, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(main())
