"""One Spark session for all tests, and one small web with its crawl."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from pipeline.sample import SampleSettings, make_sample, serving
from pipeline.session import JAVA_OPTIONS, local_session

QUICK_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# The port is part of every address, so of every uid: golden numbers hold for this one.
SAMPLE = SampleSettings(pages=40, pictures=240, hosts=6, warcs=3, port=18765, slow_seconds=3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the session, so that the tests on commit can leave it out."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker("spark")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    scratch = tmp_path_factory.mktemp("spark")
    session = local_session(
        2,  # two tasks at a time: enough to catch what depends on order
        **{
            "spark.sql.shuffle.partitions": "2",  # a test's rows are a handful
            "spark.driver.memory": "2g",
            # Tests are short: optimising code and collecting in parallel would not pay.
            "spark.driver.extraJavaOptions": f"{JAVA_OPTIONS} {QUICK_START}",
            "spark.sql.warehouse.dir": str(scratch / "warehouse"),
            "spark.local.dir": str(scratch),
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of a small sample, whose web is served as long as the tests run."""
    folder = tmp_path_factory.mktemp("web") / "sample"
    make_sample(folder, SAMPLE)
    with serving(folder):
        yield folder
