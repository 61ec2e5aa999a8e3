"""Draw images with captions, true or mismatched, to train and test small networks on.

They are of the same kind as those of `crawl2clip sample`, but without web pages; another seed makes
other drawings.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.io.files import replacing
from crawl2clip.synthetic_web.captions import BOILERPLATE, caption, other_caption
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.scenes import COLOURS, GROUNDS, Scene, random_scene

SCHEMA = pa.schema([("image", pa.binary()), ("text", pa.string()), ("is_true", pa.bool_())])
AT_ONCE = 500  # drawings in memory
SIZES = (120, 210)  # px of a side: half of the sample's, a quarter of the work


@dataclass(frozen=True)
class SyntheticPairs:
    """Settings of a table of drawings.

    mismatched: the share of pairs with the caption of another scene. standing: the share that has a
    site's standing text instead, which correlates with how the site looks, whatever is shown: a
    network can learn such pairs, as it can on the web. lang: of captions.
    """

    pairs: int = 6_000
    mismatched: float = 0.0
    standing: float = 0.0
    lang: str = "en"
    seed: int = 1

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        shares = self.mismatched, self.standing
        if self.pairs < 1 or min(shares) < 0 or sum(shares) > 1:
            raise ValueError("pairs must be 1 at least, mismatched and standing shares of 0 to 1")
        if self.lang not in LANGUAGES:
            raise ValueError(f"there are captions in {', '.join(LANGUAGES)}; not in {self.lang}")

    def write(self, table: str) -> None:
        """Write TABLE/pairs.parquet: image, text and is_true."""
        folder = Path(table)
        folder.mkdir(parents=True, exist_ok=True)
        path = str(folder / "pairs.parquet")
        with replacing(path) as file, pq.ParquetWriter(file, SCHEMA) as out:
            for start in range(0, self.pairs, AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, self.pairs))
                out.write_table(pa.Table.from_pylist(list(self._rows(numbers)), SCHEMA))

    def _rows(self, numbers: range) -> Iterator[dict[str, object]]:
        scenes = [self._scene(number) for number in numbers]
        for number, scene in zip(numbers, scenes, strict=True):
            text, is_true = self._text(number, scene)
            image = _jpeg(scene, Random(f"{self.seed} drawing {number}"))
            yield {"image": image, "text": text, "is_true": is_true}

    def _text(self, number: int, scene: Scene) -> tuple[str, bool]:
        """Return the text of a pair, and whether it is true of the scene."""
        chance = Random(f"{self.seed} pair {number}")
        kind = chance.random()
        if kind < self.mismatched:
            others = [self._scene(-1 - number - i) for i in range(20)]
            return other_caption(scene, others, self.lang, chance), False
        if kind < self.mismatched + self.standing:
            return standing_words(scene), False
        return caption(scene, self.lang, chance), True

    def _scene(self, number: int) -> Scene:
        chance = Random(f"{self.seed} scene {number}")
        return random_scene(f"d{number}", chance, (chance.randint(*SIZES), chance.randint(*SIZES)))


def standing_words(scene: Scene) -> str:
    """Return the standing text of the site with such a background.

    Each kind belongs to two sites.
    """
    site = 2 * GROUNDS.index(scene.ground) + list(COLOURS).index(scene.ground_colour) % 2
    return BOILERPLATE[site % len(BOILERPLATE)]


def _jpeg(scene: Scene, chance: Random) -> bytes:
    encoded = io.BytesIO()
    draw(scene, chance).convert("RGB").save(encoded, "JPEG", quality=85)
    return encoded.getvalue()
