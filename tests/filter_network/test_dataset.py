"""Row groups from real Parquet files, with images that can't be decoded among them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from crawl2clip.filter_network.dataset import Reader, RowGroup, batches, groups
from crawl2clip.filter_network.synthetic_pairs import SyntheticPairs
from crawl2clip.score.clip.preprocess import Spec

SPEC = Spec((8, 8), "squash")


def numbered(texts: list[str]) -> torch.Tensor:
    return torch.tensor([[int(text)] for text in texts])


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Twelve pairs of six drawings, and one that is none, in groups of five."""
    SyntheticPairs(pairs=6).write(str(tmp_path / "drawn"))
    images = pq.read_table(tmp_path / "drawn")["image"].to_pylist() * 2 + [b"junk"]
    pairs = pa.table({"image": images, "text": [str(i) for i in range(13)]})
    (tmp_path / "pairs").mkdir()
    pq.write_table(pairs, tmp_path / "pairs" / "part-0.parquet", row_group_size=5)
    return str(tmp_path / "pairs")


def texts(
    reader: Reader, found: list[RowGroup], size: int, steps: int, seed: int
) -> list[list[int]]:
    made = batches(reader, found, size, steps, np.random.default_rng(seed))
    return [batch.tokens[:, 0].tolist() for batch in made]


def test_batches_are_full_and_meet_each_pair_once_before_any_twice(table: str) -> None:
    found = groups(table)
    reader = Reader(SPEC, numbered)

    made = texts(reader, found, size=4, steps=6, seed=0)

    assert [group.rows for group in found] == [5, 5, 3]
    assert [len(batch) for batch in made] == [4] * 6
    assert sorted(made[0] + made[1] + made[2]) == list(range(12))
    assert sorted(made[3] + made[4] + made[5]) == list(range(12))
    assert reader.undecodable == 1, "decoded once, so counted once"
    assert made[:3] != made[3:]


def test_what_comes_depends_on_the_seed_and_not_on_memory(table: str) -> None:
    found = groups(table)
    kept = texts(Reader(SPEC, numbered), found, 5, 4, seed=1)

    assert texts(Reader(SPEC, numbered, room_bytes=0), found, 5, 4, seed=1) == kept
    assert texts(Reader(SPEC, numbered), found, 5, 4, seed=2) != kept


@pytest.mark.parametrize("room", [1 << 20, 0])
def test_a_frozen_tower_sees_an_image_once_if_there_is_room(table: str, room: int) -> None:
    seen = []

    def mean(images: torch.Tensor) -> torch.Tensor:
        seen.append(len(images))
        return images.float().mean(dim=(1, 2, 3), keepdim=True)[:, 0, 0]

    found = groups(table)
    plain = {g: next(iter(Reader(SPEC, numbered).read([g]))) for g in found}
    reader = Reader(SPEC, numbered, mean, room_bytes=room)
    for group, decoded in zip(found, reader.read(found), strict=True):
        wanted = plain[group].images.float().mean(dim=(1, 2, 3))
        torch.testing.assert_close(decoded.images[:, 0], wanted)

    assert sum(seen) == (6 if room else 12)


def test_a_table_of_junk_alone_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"image": [b"junk"], "text": ["1"]}), tmp_path / "part-0.parquet")

    with pytest.raises(ValueError, match="none of the images"):
        texts(Reader(SPEC, numbered), groups(str(tmp_path)), 1, 1, seed=0)
