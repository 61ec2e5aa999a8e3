"""What is asked of Spark for tasks that score. That tasks get it is shown in test_device."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from crawl2clip.score.spark import resource_profile
from crawl2clip.score.spark.resource_profile import GPU, PREFIX, profile

CORES = {"executor.cores": "16", "executor.memory": "8g", "executor.memoryOverhead": "20g"}
GPUS = {f"{GPU}amount": "1", f"{GPU}discoveryScript": "/gpus.sh", f"{GPU}vendor": "nvidia.com"}


class Cluster:
    """A session's settings, on a cluster as far as they say."""

    def __init__(self, spark: SparkSession, dynamic: str = "true", master: str = "yarn"):
        self.conf = spark.conf
        self.sparkContext = self
        self.master, self.applicationId = master, "application_1"
        self._dynamic = dynamic

    def getConf(self) -> dict[str, str]:  # noqa: N802  # Spark's name
        return {"spark.dynamicAllocation.enabled": self._dynamic}


@pytest.fixture
def settings(spark: SparkSession) -> Iterator[dict[str, str]]:
    """What is put in here is set; in the end nothing is."""

    class Settings(dict[str, str]):
        def __setitem__(self, name: str, value: str) -> None:
            super().__setitem__(name, value)
            spark.conf.set(f"{PREFIX}{name}", value)

    asked = Settings()
    resource_profile._made.cache_clear()
    yield asked
    for name in asked:
        spark.conf.unset(f"{PREFIX}{name}")


def test_nothing_is_asked_for_by_default(spark: SparkSession) -> None:
    assert profile(spark) is None


def test_tasks_take_a_part_of_the_executors_there_are(
    spark: SparkSession, settings: dict[str, str]
) -> None:
    settings["task.cpus"] = "8"
    settings["task.resource.gpu.amount"] = "0.5"

    made = profile(Cluster(spark, dynamic="false"))

    assert made is not None
    assert {name: one.amount for name, one in made.taskResources.items()} == {"cpus": 8, "gpu": 0.5}
    assert "TaskResourceProfile" in made._java_resource_profile.getClass().getName()
    assert profile(Cluster(spark, dynamic="false")) is made, "two in a stage would be a conflict"


def test_executors_of_their_own(spark: SparkSession, settings: dict[str, str]) -> None:
    for name, value in ({"task.resource.gpu.amount": "1"} | CORES | GPUS).items():
        settings[name] = value

    made = profile(Cluster(spark))

    assert made is not None
    found = {name: one.amount for name, one in made.executorResources.items()}
    assert found == {"cores": 16, "memory": 8192, "memoryOverhead": 20480, "gpu": 1}
    gpu = made.executorResources["gpu"]
    assert (gpu.discoveryScript, gpu.vendor) == ("/gpus.sh", "nvidia.com")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("task.cpu", "8", "task.cpu: there is no such setting, but task.cpus, "),
        ("task.cpus", "many", "task.cpus is a whole number, not 'many'"),
        (f"{GPU}amount", "0.5", "gpu.amount is a whole number, not '0.5'"),
        ("task.resource.gpu.amount", "half", "a number, such as 1 or 0.5, not 'half'"),
        ("executor.cores", "4", "need spark.dynamicAllocation.enabled=true"),
    ],
)
def test_what_spark_would_not_obey_is_refused(
    spark: SparkSession, settings: dict[str, str], name: str, value: str, says: str
) -> None:
    settings[name] = value

    with pytest.raises(ValueError) as refused:
        profile(Cluster(spark, dynamic="false"))

    assert says in str(refused.value)


def test_a_local_session_can_not_give_to_one_step_alone(
    spark: SparkSession, settings: dict[str, str]
) -> None:
    settings["task.resource.gpu.amount"] = "1"

    with pytest.raises(ValueError, match=r"this is local\[2,4\]: leave these settings out"):
        profile(spark)
    assert profile(Cluster(spark, "false", "local-cluster[2,1,1024]")) is not None
