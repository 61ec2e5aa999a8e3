import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.train.drawings import Drawings


def test_draws_as_many_as_asked_the_same_again_and_others_with_another_seed(tmp_path: Path) -> None:
    for name, seed in {"a": 1, "b": 1, "c": 2}.items():
        Drawings(pairs=12, mismatched=0.5, seed=seed).write(str(tmp_path / name))
    a, b, c = (pq.read_table(tmp_path / name) for name in "abc")

    assert a.equals(b)
    assert a.num_rows == 12
    assert not set(a["image"].to_pylist()) & set(c["image"].to_pylist())
    assert set(a["is_true"].to_pylist()) == {True, False}
    assert Image.open(io.BytesIO(a["image"][0].as_py())).size >= (120, 120)
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["pairs.parquet"]


def test_only_the_captions_of_mismatched_pairs_change(tmp_path: Path) -> None:
    Drawings(pairs=20).write(str(tmp_path / "true"))
    Drawings(pairs=20, mismatched=0.5).write(str(tmp_path / "half"))
    true, half = (pq.read_table(tmp_path / name).to_pylist() for name in ("true", "half"))

    for one, other in zip(true, half, strict=True):
        assert one["is_true"]
        assert one["image"] == other["image"]
        assert (one["text"] == other["text"]) == other["is_true"]


@pytest.mark.parametrize("wrong", [{"pairs": 0}, {"mismatched": 1.5}, {"lang": "xx"}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Drawings(**wrong).check()  # type: ignore[arg-type]
