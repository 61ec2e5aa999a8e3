from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.dedup.drop_eval_images import DropEvalImages
from crawl2clip.dedup.evaluation.eval_set_index import EmbeddingReference

ZEROS = bytes(32)
SCHEMA = (
    "uid STRING, url STRING, canonical_url STRING, sha256 STRING, phash BINARY, "
    "image_embedding ARRAY<FLOAT>, problem STRING"
)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("evaluation") / "images.parquet"
    columns = {
        "url": ["u1", None],
        "canonical_url": ["c1", None],
        "sha256": ["ab", None],
        "phash": pa.array([ZEROS, None], pa.binary()),
        "embedding": [[3.0, 4.0, 0.0], None],
    }
    pq.write_table(pa.table(columns), path)
    return str(path)


def test_one_match_of_any_kind_is_enough(spark: SparkSession, table: str) -> None:
    near, far = b"\xff\xff\xff\x7f" + bytes(28), b"\xff\xff\xff\xff" + bytes(28)  # 31, 32 bits
    rows = [
        ("clean", "u2", "c2", "cd", far, [0.0, 0.0, 1.0], None),
        ("nulls", None, None, None, None, None, None),
        ("url", "u1", None, None, None, None, None),
        ("canonical", "u3", "c1", None, None, None, None),
        ("sha256", "u4", None, "ab", None, None, None),
        ("phash", "u5", None, None, near, None, None),
        ("embedding", "u6", None, None, None, [0.6, 0.8, 0.2], None),  # cosine 0.981
        ("less", "u7", None, None, None, [0.6, 0.8, 0.25], None),  # cosine 0.970
        ("problem", "u1", None, None, None, None, "http 404: gone"),
    ]
    pairs = spark.createDataFrame(rows, SCHEMA).repartition(3)
    every = ("url", "canonical_url", "sha256", "phash", "embedding")

    def kept(**settings: Any) -> list[str]:
        stage = DropEvalImages(table, **settings)
        stage.check()
        return sorted(row.uid for row in stage(pairs).collect())

    assert kept(by=every) == ["clean", "less", "nulls", "problem"]
    assert kept(by=every, search="buckets") == ["clean", "less", "nulls", "problem"]
    assert "phash" not in kept()
    assert "phash" in kept(max_distance=30)


def test_buckets_find_what_all_finds() -> None:
    chance = np.random.default_rng(0)
    known = chance.normal(size=(500, 8)).astype(np.float32)
    asked = np.concatenate([known[:100] + 0.01, chance.normal(size=(100, 8))]).astype(np.float32)
    vectors, pairs = (pa.array(m.tolist(), pa.list_(pa.float32())) for m in (known, asked))

    every = EmbeddingReference(vectors, 0.975, "all").has_match(pairs)

    assert every[:100].all()
    assert (EmbeddingReference(vectors, 0.975, "buckets").has_match(pairs) == every).all()


def test_embeddings_of_another_model_are_no_match_but_a_mistake() -> None:
    known = pa.array([[1.0, 0.0]], pa.list_(pa.float32()))

    with pytest.raises(ValueError, match="different models"):
        EmbeddingReference(known, 0.9, "all").has_match(pa.array([[1.0]], pa.list_(pa.float32())))


def test_a_table_that_does_not_fit_is_refused(table: str, tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("no parquet")
    pq.write_table(pa.table({"url": ["u"]}), tmp_path / "urls.parquet")
    wrong: dict[str, DropEvalImages] = {
        "there is no": DropEvalImages(str(tmp_path / "none.parquet")),
        "not a Parquet file": DropEvalImages(str(tmp_path / "x.parquet")),
        "has no phash; there are url": DropEvalImages(str(tmp_path / "urls.parquet")),
        "at least one": DropEvalImages(table, by=()),
        "max_distance": DropEvalImages(table, max_distance=32),
        "min_cosine": DropEvalImages(table, min_cosine=1.5),
    }
    for message, stage in wrong.items():
        with pytest.raises(ValueError, match=message):
            stage.check()
