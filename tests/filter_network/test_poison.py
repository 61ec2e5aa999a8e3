"""The experiment as a whole, small: what is in the sets, and what it writes."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.filter_network.poison import Poison
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.filter_network.synthetic_pairs import SyntheticPairs
from tests.filter_network.test_launch import TINY


def test_sets_are_of_one_size_nested_and_as_poisoned_as_asked(
    spark: SparkSession, tmp_path: Path
) -> None:
    config = tmp_path / "tiny.json"
    config.write_text(json.dumps(TINY))
    tables = {name: str(tmp_path / name) for name in ("good", "pool", "judged")}
    for seed, table in enumerate(tables.values()):
        SyntheticPairs(pairs=30, mismatched=seed == 1, seed=seed).write(table)
    training = TrainingSettings(model=str(config), epochs=1, batch_size=10)
    asked = Poison(
        **tables,
        pairs=20,
        crawl=tables["pool"],
        shares=(0.0, 0.5, 1.0),
        training=training,
        judge=Evaluator(fraction=0.2),
    )

    points = asked.run(spark, str(tmp_path / "to"))

    pool = {row.text for row in spark.read.parquet(tables["pool"]).collect()}
    sets = []
    for share in ("0", "0.5", "1"):
        rows = spark.read.parquet(str(tmp_path / "to" / f"share_{share}" / "set")).collect()
        assert len(rows) == 20
        sets.append({bytes(row.image) for row in rows if row.text in pool})
    assert [len(part) for part in sets] == [0, 10, 20]
    assert sets[1] < sets[2]
    assert [point["share"] for point in points] == [0.0, 0.5, 1.0]
    # All of the pool is mismatched, so whatever is chosen of it is.
    assert [point["left"] for point in points] == [1.0, 1.0, 1.0]
    assert json.loads((tmp_path / "to" / "poison.json").read_text())["points"] == points
    with pytest.raises(ValueError, match="fewer than the 40"):
        Poison(**tables, pairs=40, training=training).run(spark, str(tmp_path / "more"))
