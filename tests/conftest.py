"""One Spark session for all tests, and one small web with its crawl."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from crawl2clip.engine.session import local_session
from crawl2clip.synthetic_web import SampleSettings, make_sample, serving

# JVMs of tests live for seconds: optimising code and collecting in parallel would not pay. Java
# reads this itself, so it also holds in the programs that tests start, and in their executors.
os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"

# The port is part of every address, so of every uid: golden numbers hold for this one.
SAMPLE = SampleSettings(pages=40, pictures=240, hosts=6, warcs=3, port=18765, slow_seconds=3)

ASK_THE_WEB = {
    "test_first_crawl.py",
    "engine/test_code_of_workers.py",
    "test_recipes.py",
    "test_recipes_on_a_crawl.py",
    "engine/test_workers_alone.py",
    "dedup/test_planted_copies.py",
    "extract/test_sample_recall.py",
    "filter/test_respect_opt_out.py",
    "filter/test_respect_robots_txt.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the session, so that the tests on commit can leave it out.

    First come the files that ask the small web: they take longest.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if "spark" in fixtures:
            item.add_marker("spark")
        if "sample" in fixtures and _file(item.nodeid) not in ASK_THE_WEB:
            raise pytest.UsageError(f"{item.nodeid} asks the sample: name it in ASK_THE_WEB")
    items.sort(key=lambda item: _file(item.nodeid) not in ASK_THE_WEB)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Processes that share the tests must name them alike, and gzip writes the time into bytes."""
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByFile(config, log)


class ByFile(LoadScopeScheduling):
    """Of the processes that share the tests, one has all that ask the web: its port is fixed."""

    def _split_scope(self, nodeid: str) -> str:
        file = _file(nodeid)
        return "web" if file in ASK_THE_WEB else file


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0].removeprefix("tests/")


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


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folder of a small sample, whose web is served as long as the tests run."""
    folder = tmp_path_factory.mktemp("web") / "sample"
    make_sample(folder, SAMPLE)
    with serving(folder):
        yield folder
