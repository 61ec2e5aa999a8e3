"""Shards and evaluation sets of drawn scenes, small enough to learn on a CPU within a minute."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

from PIL import Image

from crawl2clip.shard.webdataset.tar import Sample, write_sizes, write_tar
from crawl2clip.synthetic_web.captions import caption
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.encoding import encoded
from crawl2clip.synthetic_web.scenes import SHAPES, Scene, random_scene

SIDE = 72  # px of a picture; the model below sees 32

# A model of 5 million parameters, all but 0.5 of them its vocabulary.
CONFIG = {
    "embed_dim": 64,
    "vision_cfg": {
        "image_size": 32, "layers": 3, "width": 96, "head_width": 32, "patch_size": 8,
    },
    "text_cfg": {
        "context_length": 24, "vocab_size": 49408, "width": 96, "heads": 3, "layers": 2,
    },
}  # fmt: skip


class Drawn(NamedTuple):
    """A scene, its picture and one true caption."""

    scene: Scene
    picture: Image.Image
    text: str


def drawn(kind: str, count: int) -> Iterator[Drawn]:
    """Scenes by chance: other kinds are other scenes, the same kind is the same again."""
    for number in range(count):
        random = Random(f"{kind}{number}")
        scene = random_scene(f"{kind}{number:05d}", random, (SIDE, SIDE))
        yield Drawn(scene, draw(scene, random), caption(scene, "en", random))


def model_config(folder: Path) -> Path:
    """The small model, as a file of open_clip's kind."""
    path = folder / "tiny-vit.json"
    path.write_text(json.dumps(CONFIG))
    return path


def shards(folder: Path, pairs: int, tars: int) -> Path:
    """Tars of equal size and sizes.json."""
    samples = [Sample(encoded(d.picture, "jpg"), "jpg", d.text, {}) for d in drawn("train", pairs)]
    written = [write_tar(samples[i::tars], str(folder), i) for i in range(tars)]
    write_sizes({Path(shard.path).name: shard.pairs for shard in written}, str(folder))
    return folder


def colours(folder: Path, count: int) -> Path:
    """Scenes of one group by its colour, a folder for each; the prompts name every shape."""
    for scene, picture, _ in drawn("colour", count):
        if len(scene.groups) == 1:
            home = folder / scene.groups[0].colour
            home.mkdir(parents=True, exist_ok=True)
            picture.save(home / f"{scene.id}.png")
    prompts = "".join(f"a {{c}} {shape}\n" for shape in SHAPES)
    (folder / "zeroshot_classification_templates.txt").write_text(prompts)
    return folder


def captions(folder: Path, count: int) -> Path:
    """Pictures, each with its caption beside it."""
    folder.mkdir(parents=True)
    for scene, picture, text in drawn("caption", count):
        picture.save(folder / f"{scene.id}.png")
        (folder / f"{scene.id}.txt").write_text(f"{text}\n", encoding="utf-8")
    return folder
