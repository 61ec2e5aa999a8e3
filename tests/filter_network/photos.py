"""Photographs with sentences that describe them, as tables to train on and to judge by."""

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.filter_network import model_io
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.filter_network.trainer import RESULT, TrainingTask, train

CONFIG = Path(__file__).parents[2] / "conf" / "models" / "photos-lite0.json"
TRAINED_ON = 600


def sentences(description: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+", description) if len(s) > 8]


def write_split(photos: Path, folder: Path, seed: int) -> None:
    """FOLDER/train: all sentences of 600 photos. FOLDER/validation: the first of each other."""
    lines = (photos / "captions.jsonl").read_text("utf-8").splitlines()
    order = np.random.default_rng(seed).permutation(len(lines))
    described = [json.loads(lines[i]) for i in order]
    rows = [
        [
            {"image": (photos / one["image"]).read_bytes(), "text": s}
            for s in sentences(one["description"])
        ]
        for one in described
    ]
    good = [pair for pairs in rows[:TRAINED_ON] for pair in pairs]
    mixed = [good[i] for i in np.random.default_rng(seed).permutation(len(good))]
    for name, table in {"train": mixed, "validation": [r[0] for r in rows[TRAINED_ON:]]}.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(
            pa.Table.from_pylist(table), folder / name / "part-0.parquet", row_group_size=600
        )


def auc_of(photos: Path, image_weights: str, folder: Path, seed: int, threads: int = 2) -> float:
    """Of a network trained on 600 photos, true against shuffled first sentences of the rest."""
    write_split(photos, folder, seed)
    training = TrainingSettings(
        model=str(CONFIG),
        image_weights=image_weights,
        frozen="image",
        epochs=4,
        batch_size=128,
        learning_rate=1e-3,
        lose_words=0.3,
        seed=seed,
    )
    config = json.dumps(model_io.model_description(training))
    (folder / model_io.CONFIG).write_text(config, encoding="utf-8")
    train(
        TrainingTask(training, str(folder / "train"), str(folder / "validation"), folder, threads)
    )
    return float(json.loads((folder / RESULT).read_text("utf-8"))["validation_auc"])
