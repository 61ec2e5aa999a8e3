"""What becomes of captions with knowledge in the shards."""

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.shard.write_shards import WriteShards
from crawl2clip.shared.run_context import RunContext
from tests.shard.test_tar import picture

Members = dict[str, str]


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    """Forty pairs with knowledge, two without."""
    rows = [(f"u{n}", f"{n}", picture(), f"{n} ; a , b", ["b"]) for n in range(40)]
    rows += [("x", "plain", picture(), None, None), ("y", "too", picture(), None, None)]
    columns = "uid STRING, text STRING, image BINARY, knowledge_text STRING"
    return spark.createDataFrame(rows, f"{columns}, knowledge_glosses ARRAY<STRING>")


def samples(pairs: DataFrame, folder: Path, **settings: Any) -> list[Members]:
    """The text members of each sample by extension."""
    [shard] = WriteShards(**settings).in_run(RunContext(str(folder)))(pairs).collect()
    found: dict[str, Members] = {}
    with tarfile.open(shard.shard_path) as tar:
        for member in tar:
            name, _, extension = member.name.partition(".")
            content = tar.extractfile(member)
            if content and extension != "jpg":
                found.setdefault(name, {})[extension] = content.read().decode()
    assert shard.shard_pairs == len(found)
    return list(found.values())


def test_knowledge_lies_beside_the_caption(pairs: DataFrame, tmp_path: Path) -> None:
    found = {sample["txt"]: sample for sample in samples(pairs, tmp_path)}

    assert found["7"]["knowledge.txt"] == "7 ; a , b"
    about = json.loads(found["7"]["json"])
    assert (about["knowledge_text"], about["knowledge_glosses"]) == ("7 ; a , b", ["b"])
    assert "knowledge.txt" not in found["plain"]
    assert not [name for name in about if name.startswith("_")]


def test_knowledge_in_place_of_the_caption(pairs: DataFrame, tmp_path: Path) -> None:
    found = samples(pairs, tmp_path, knowledge="replace")

    texts = {sample["txt"] for sample in found}
    assert texts == {f"{n} ; a , b" for n in range(40)} | {"plain", "too"}
    assert {json.loads(sample["json"])["text"] for sample in found} >= {"7", "plain"}


def test_a_sample_for_each(pairs: DataFrame, tmp_path: Path) -> None:
    found = [sample["txt"] for sample in samples(pairs, tmp_path, knowledge="both")]

    expected = [text for n in range(40) for text in (f"{n}", f"{n} ; a , b")]
    assert sorted(found) == sorted([*expected, "plain", "too"])


def test_a_share_is_part_of_a_larger_one(pairs: DataFrame, tmp_path: Path) -> None:
    taken = [
        {
            sample["txt"]
            for sample in samples(pairs, tmp_path, knowledge="replace", knowledge_share=share)
            if ";" in sample["txt"]
        }
        for share in (0.0, 0.3, 0.6, 1.0)
    ]

    assert [len(some) for some in taken][::3] == [0, 40]
    assert taken[0] < taken[1] < taken[2] < taken[3]
    assert 4 <= len(taken[1]) <= 20


def test_nonsense_is_refused(pairs: DataFrame, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="knowledge_share is between 0 and 1"):
        WriteShards(knowledge_share=1.1).check()
    with pytest.raises(ValueError, match="at most 25,000"):
        WriteShards(knowledge="both", pairs_per_shard=25_001).check()
    with pytest.raises(ValueError, match="needs the step add_knowledge"):
        WriteShards(knowledge="replace").in_run(RunContext(str(tmp_path)))(
            pairs.drop("knowledge_text")
        )
