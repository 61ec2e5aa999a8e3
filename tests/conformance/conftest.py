import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.conformance import ALL, SHIPPED, Outputs, needs_shared


@pytest.fixture(scope="module", params=["shipped", pytest.param("all", marks=needs_shared)])
def outputs(request: pytest.FixtureRequest) -> Outputs:
    """Outputs of the papers' own codes: those that every clone has, and those on all texts."""
    return SHIPPED if request.param == "shipped" else ALL


@pytest.fixture(scope="module")
def texts(spark: SparkSession, outputs: Outputs) -> DataFrame:
    rows = [(row["id"], row["text"]) for row in outputs.lines("captions.jsonl")]
    return spark.createDataFrame(rows, "id INT, text STRING").repartition(3)
