import io
from dataclasses import replace
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest
from PIL import Image

from crawl2clip.filter_network.synthetic_pairs import SyntheticPairs, standing_words
from crawl2clip.synthetic_web.captions import BOILERPLATE
from crawl2clip.synthetic_web.scenes import COLOURS, GROUNDS, random_scene


def test_draws_as_many_as_asked_the_same_again_and_others_with_another_seed(tmp_path: Path) -> None:
    for name, seed in {"a": 1, "b": 1, "c": 2}.items():
        SyntheticPairs(pairs=12, mismatched=0.5, seed=seed).write(str(tmp_path / name))
    a, b, c = (pq.read_table(tmp_path / name) for name in "abc")

    assert a.equals(b)
    assert a.num_rows == 12
    assert not set(a["image"].to_pylist()) & set(c["image"].to_pylist())
    assert set(a["is_true"].to_pylist()) == {True, False}
    assert Image.open(io.BytesIO(a["image"][0].as_py())).size >= (120, 120)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["pairs.parquet"]


def test_only_the_captions_of_mismatched_pairs_change(tmp_path: Path) -> None:
    SyntheticPairs(pairs=20).write(str(tmp_path / "true"))
    SyntheticPairs(pairs=20, mismatched=0.5).write(str(tmp_path / "half"))
    true, half = (pq.read_table(tmp_path / name).to_pylist() for name in ("true", "half"))

    for one, other in zip(true, half, strict=True):
        assert one["is_true"]
        assert one["image"] == other["image"]
        assert (one["text"] == other["text"]) == other["is_true"]


def test_standing_words_take_the_place_of_some_captions_and_leave_the_others(
    tmp_path: Path,
) -> None:
    SyntheticPairs(pairs=120, mismatched=0.3).write(str(tmp_path / "without"))
    SyntheticPairs(pairs=120, mismatched=0.3, standing=0.4).write(str(tmp_path / "with"))
    without, having = (pq.read_table(tmp_path / n).to_pylist() for n in ("without", "with"))
    standing = [row["text"] in BOILERPLATE for row in having]

    assert 35 <= sum(standing) <= 61  # 48 by the setting
    for old, new, stands in zip(without, having, standing, strict=True):
        assert new["image"] == old["image"]
        assert (new["text"] != old["text"]) == stands
        assert new["is_true"] == (old["is_true"] and not stands)


def test_standing_words_go_with_the_ground_and_not_with_what_is_on_it() -> None:
    scene = random_scene("s", Random(0))
    other = replace(random_scene("t", Random(1)), ground=scene.ground)
    same = replace(other, ground_colour=scene.ground_colour)
    grounds = [replace(scene, ground=g, ground_colour=c) for g in GROUNDS for c in COLOURS]

    assert standing_words(same) == standing_words(scene)
    assert {standing_words(ground) for ground in grounds} == set(BOILERPLATE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pairs": 0},
        {"mismatched": 1.5},
        {"mismatched": 0.6, "standing": 0.6},
        {"standing": -0.1},
        {"lang": "xx"},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        SyntheticPairs(**wrong).check()  # type: ignore[arg-type]
