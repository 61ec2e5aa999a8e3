"""One Spark session for all tests."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from pipeline.session import local_session


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    scratch = tmp_path_factory.mktemp("spark")
    session = local_session(
        2,  # two tasks at a time: enough to catch what depends on order
        **{
            "spark.sql.shuffle.partitions": "2",  # a test's rows are a handful
            "spark.driver.memory": "2g",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.local.dir": str(scratch),
        },
    )
    yield session
    session.stop()
