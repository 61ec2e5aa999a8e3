"""Which GPU a task takes, with Spark's own scheduling and no GPU at all."""

import ast
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyspark
import pytest
import torch

from crawl2clip.score.spark import task_device
from tests.score.tiny import Tiny

ROOT = Path(__file__).parents[2]

# Workers of one machine each ask once: the first gets GPU 0, the second GPU 1.
DISCOVERY = """#!/bin/sh
for address in 0 1; do
    if mkdir "$(dirname "$0")/gpu-$address" 2> /dev/null; then
        echo "{\\"name\\": \\"gpu\\", \\"addresses\\": [\\"$address\\"]}"
        exit
    fi
done
"""

TASKS = """
import json, os, sys, time
import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType
from crawl2clip.spark.arrow_step import InWorkers
from crawl2clip.score import device, resources
from crawl2clip.score.clip.models import ModelChoice, _loaded, load
from crawl2clip.engine.worker_executor import TaskInputs, run_on_workers

script, table, *choice = sys.argv[1:]
settings = {
    "spark.worker.resource.gpu.amount": "1",
    "spark.worker.resource.gpu.discoveryScript": script,
    "spark.executor.resource.gpu.amount": "1",
    "spark.crawl2clip.score.task.resource.gpu.amount": "1",
    "spark.ui.enabled": "false",
}
builder = SparkSession.builder.master("local-cluster[2,2,1024]")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()

def task(batches):
    list(batches)  # Spark gives a worker that has not read all its rows no second task
    began = time.time()
    load(ModelChoice(*choice))
    time.sleep(0.2)
    seen = {
        "pid": os.getpid(),
        "device": device.of(device.addresses()),
        "began": began,
        "ended": time.time(),
        "loads": _loaded.cache_info().misses,
    }
    yield pa.RecordBatch.from_pydict({"seen": [json.dumps(seen)]})

def where(batches):
    list(batches)
    time.sleep(0.2)  # so that no worker does them all
    yield pa.RecordBatch.from_pydict({"seen": [str(device.addresses())]})

def number(part):
    yield pa.RecordBatch.from_pydict({"seen": [str(part)]})

schema = StructType([StructField("seen", StringType())])
numbers = spark.range(0, 12, 1, 12)
others = InWorkers(where, schema).table(numbers).collect()  # leaves two workers in each executor
print("others", sorted({row.seen for row in others}))
scoring = InWorkers(task, schema, resources.profile(spark))
for row in scoring.table(numbers).collect():
    print(row.seen)
scoring = InWorkers(where, schema, resources.profile(spark))
run_on_workers(spark, TaskInputs([0, 1, 2], number, schema), [scoring], table, "plan")
print("alone", sorted({row.seen for row in spark.read.parquet(table).collect()}))
spark.conf.set("spark.crawl2clip.score.executor.cores", "4")
try:
    resources.profile(spark)
except Exception as error:
    print("refused", error)
spark.stop()
"""


def test_addresses_become_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    assert task_device.torch_name([]) == "cpu"
    assert task_device.torch_name(["3"]) == "cuda:3"
    assert task_device.torch_name(["1", "2"]) == "cuda:1"
    assert "CUDA_VISIBLE_DEVICES" not in os.environ
    assert task_device.torch_name(["MIG-41b36f1e"]) == "cuda:0"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "MIG-41b36f1e"


def test_outside_a_task_there_is_none() -> None:
    assert task_device.addresses() == []
    assert task_device.threads() == 1


@pytest.mark.spark
@pytest.mark.skipif(torch.cuda.is_available(), reason="Spark would find the real ones")
def test_tasks_take_the_gpu_that_spark_gave_them(tiny_a: Tiny, tmp_path: Path) -> None:
    script = tmp_path / "gpus.sh"
    script.write_text(DISCOVERY)
    script.chmod(0o755)
    choice = (tiny_a.name, tiny_a.weights, tiny_a.config)
    environment = {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }

    ended = subprocess.run(
        [sys.executable, "-c", TASKS, str(script), str(tmp_path / "table"), *choice],
        cwd=tmp_path,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 0, ended.stderr[-4000:]
    seen = [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]
    assert len(seen) == 12
    assert {task["device"] for task in seen} == {"cuda:0", "cuda:1"}
    assert {task["loads"] for task in seen} == {1}, "a worker process loads a model once"
    for gpu in ("cuda:0", "cuda:1"):
        times = sorted((task["began"], task["ended"]) for task in seen if task["device"] == gpu)
        assert all(this[1] <= later[0] for this, later in pairwise(times))
        workers = {task["pid"] for task in seen if task["device"] == gpu}
        assert len(workers) == 1, "workers that did other work would each have the model on the GPU"
    said = dict(line.split(" ", 1) for line in ended.stdout.splitlines() if line[0] in "oar")
    assert said["others"] == "['[]']", "a GPU is for those that score"
    assert set(ast.literal_eval(said["alone"])) <= {"['0']", "['1']"}
    assert "spark.dynamicAllocation.enabled=true" in said["refused"]
