"""How fast images are made ready for CLIP, and whether the model ever waits for them.

    python -m tests.benchmarks.score [--images FOLDER] [--rounds 3] [--pairs 64]

Ways of making images ready take turns on the same files; the best of the rounds counts, in seconds
of CPU on one core. Feeding is measured by the clock: the whole way from Arrow batches to scores
against the bare model on tensors that lie ready, by as many threads.
"""

import argparse
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import open_clip
import pyarrow as pa
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image, ImageFilter

from crawl2clip.score.clip.batch_scorer import BatchScorer
from crawl2clip.score.clip.embedding import Embedder
from crawl2clip.score.clip.models import ModelChoice, load
from crawl2clip.score.clip.preprocess import Spec, pixels
from tests.score.pictures import encoded, rgb

SIZES = ((256, 256), (256, 341), (480, 640), (1200, 1600))
MODEL = "ViT-B-32"
BLUR = ImageFilter.GaussianBlur(1.5)  # noise is far more work for JPEG than photographs are


def made_ready(rounds: int, files: dict[str, list[bytes]]) -> Iterator[str]:
    """A table: images a second and core, ours and open_clip's, and whether pixels are equal."""
    torch.set_num_threads(1)
    spec = Spec((224, 224))
    transform = image_transform_v2(PreprocessCfg(), is_train=False)
    ways: dict[str, Callable[[bytes], object]] = {
        "open_clip": lambda data: transform(Image.open(io.BytesIO(data))),
        "ours": lambda data: pixels(data, [spec]),
        "Pillow decodes, no more": lambda data: Image.open(io.BytesIO(data)).load(),
    }
    yield f"{'images/s/core':26}" + "".join(f"{way:>26}" for way in ways) + f"{'x':>6}{'equal':>8}"
    for name, images in files.items():
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for way, make in ways.items():
                start = time.process_time()
                for image in images:
                    make(image)
                best[way] = min(best[way], time.process_time() - start)
        equal = sum(_equal(spec, transform, image) for image in images)
        rates = "".join(f"{len(images) / best[way]:26.0f}" for way in ways)
        yield f"{name:26}{rates}{best['open_clip'] / best['ours']:6.1f}{equal:5}/{len(images)}"


def _equal(spec: Spec, transform: Callable[[Image.Image], torch.Tensor], image: bytes) -> bool:
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (spec.mean, spec.std))
    ours = torch.from_numpy(pixels(image, [spec])[0]).permute(2, 0, 1).float()
    return torch.equal((ours / 255 - mean) / std, transform(Image.open(io.BytesIO(image))))


def feeding(rounds: int, count: int, threads: int, images: list[bytes]) -> Iterator[str]:
    """Pairs a second: the bare model on ready tensors, and the whole way."""
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random.pt"
        torch.save(open_clip.create_model(MODEL).state_dict(), weights)
        choice = ModelChoice(MODEL, str(weights))
        model = load(choice)
    torch.set_num_threads(threads)
    images = [images[i % len(images)] for i in range(count)]
    texts = [f"a photograph of the number {i}, in a street" for i in range(count)]
    whole = pa.RecordBatch.from_pydict(
        {"image": images, "text": texts, "problem": pa.array([None] * count, pa.string())}
    )
    scoring = BatchScorer([choice], ["clip_score"], threads=threads, batch_size=16)
    ready = torch.from_numpy(np.stack([pixels(image, [model.spec])[0] for image in images]))
    tokens = model.tokenize(texts)

    def bare() -> None:
        embedder = Embedder(model, most=16)
        embedder.embed(ready, tokens)

    ways = {"the model alone": bare, "the whole way": lambda: list(scoring.score([whole]))}
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for way, run in ways.items():
            start = time.perf_counter()
            run()
            best[way] = min(best[way], time.perf_counter() - start)
    yield f"{MODEL}, random weights, {threads} threads:"
    for way, seconds in best.items():
        share = best["the model alone"] / seconds
        yield f"{way:26}{count / seconds:10.2f} pairs/s{share:8.2f} x"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--images", type=Path, help="a folder of JPEGs, instead of noise")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--pairs", type=int, default=64)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    if given.images:
        paths = sorted(given.images.rglob("*.jpg"))[:60]
        files = {given.images.name: [path.read_bytes() for path in paths]}
    else:
        files = {
            f"JPEG {height} x {width}": [
                encoded(rgb(height, width, seed).filter(BLUR), "JPEG", quality=85)
                for seed in range(10)
            ]
            for height, width in SIZES
        }
    for line in made_ready(given.rounds, files):
        sys.stdout.write(line + "\n")
    for line in feeding(given.rounds, given.pairs, given.threads, next(iter(files.values()))):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
