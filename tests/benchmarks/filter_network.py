"""How good small filter networks become on a CPU, and how long that takes.

    python -m tests.benchmarks.filter_network [--pairs 6000] [--epochs 20]
    python -m tests.benchmarks.filter_network --photos FOLDER --image-weights PTH [--splits 5]

Drawings: trained by `crawl2clip train-filter`, judged by `crawl2clip filter-quality` on drawings of
another seed. Photos: on 600 of a folder with captions.jsonl (image, description), judged on the
rest, in several splits.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.filter_network.photos import auc_of

CONFIG = "conf/models/drawings-64.json"
FOR_DRAWINGS = [
    "--model",
    CONFIG,
    "--batch-size",
    "128",
    "--learning-rate",
    "1e-3",
    "--crop",
    "0.8",
]


def command(*words: str) -> str:
    done = [sys.executable, "-m", "crawl2clip", *words]
    return subprocess.run(done, check=True, capture_output=True, text=True).stdout.strip()


def drawings(folder: Path, pairs: int, epochs: int) -> None:
    good, judged, network = (str(folder / name) for name in ("good", "judged", "network"))
    command("draw-pairs", "--to", good, "--pairs", str(pairs), "--seed", "1")
    command("draw-pairs", "--to", judged, "--pairs", "2000", "--seed", "2")
    start = time.perf_counter()
    told = command("train-filter", good, "--to", network, "--epochs", str(epochs), *FOR_DRAWINGS)
    sys.stdout.write(f"{told}\n{time.perf_counter() - start:.0f} s\n")
    quality = command("filter-quality", judged, "--model", "", "--weights", f"local-dir:{network}")
    sys.stdout.write(f"{quality}\n")


def photos(folder: Path, source: Path, weights: str, splits: int) -> None:
    found = []
    for seed in range(splits):
        start = time.perf_counter()
        found.append(auc_of(source, weights, folder / str(seed), seed))
        line = f"split {seed}: AUC {found[-1]:.4f} in {time.perf_counter() - start:.0f} s\n"
        sys.stdout.write(line)
    sys.stdout.write(f"mean of {splits}: {sum(found) / splits:.4f}\n")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--pairs", type=int, default=6_000)
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--photos", type=Path)
    options.add_argument("--image-weights")
    options.add_argument("--splits", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.photos:
            photos(Path(folder), given.photos, given.image_weights, given.splits)
        else:
            drawings(Path(folder), given.pairs, given.epochs)


if __name__ == "__main__":
    main()
