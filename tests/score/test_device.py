"""Which GPU a task takes, with Spark's own scheduling and no GPU at all."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyspark
import pytest
import torch

from pipeline.score import device
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
from pyspark.sql import SparkSession
from pipeline.score import device
from pipeline.score.models import Choice, _loaded, load

script, *choice = sys.argv[1:]
settings = {
    "spark.worker.resource.gpu.amount": "1",
    "spark.worker.resource.gpu.discoveryScript": script,
    "spark.executor.resource.gpu.amount": "1",
    "spark.task.resource.gpu.amount": "1",
    "spark.ui.enabled": "false",
}
builder = SparkSession.builder.master("local-cluster[2,1,1024]")
for key, value in settings.items():
    builder = builder.config(key, value)
spark = builder.getOrCreate()

def task(batches):
    import pyarrow as pa
    list(batches)  # Spark gives a worker that has not read all its rows no second task
    began = time.time()
    load(Choice(*choice))
    time.sleep(0.2)
    seen = {
        "pid": os.getpid(),
        "device": device.of(device.addresses()),
        "began": began,
        "ended": time.time(),
        "loads": _loaded.cache_info().misses,
    }
    yield pa.RecordBatch.from_pydict({"seen": [json.dumps(seen)]})

numbers = spark.range(0, 12, 1, 12)
for row in numbers.mapInArrow(task, "seen STRING").collect():
    print(row.seen)
"""


def test_addresses_become_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    assert device.of([]) == "cpu"
    assert device.of(["3"]) == "cuda:3"
    assert device.of(["1", "2"]) == "cuda:1"
    assert "CUDA_VISIBLE_DEVICES" not in os.environ
    assert device.of(["MIG-41b36f1e"]) == "cuda:0"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "MIG-41b36f1e"


def test_outside_a_task_there_is_none() -> None:
    assert device.addresses() == []
    assert device.threads() == 1


@pytest.mark.spark
@pytest.mark.skipif(torch.cuda.is_available(), reason="Spark would find the real ones")
def test_tasks_take_the_gpu_that_spark_gave_them(tiny_a: Tiny, tmp_path: Path) -> None:
    script = tmp_path / "gpus.sh"
    script.write_text(DISCOVERY)
    script.chmod(0o755)
    environment = {
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }

    ended = subprocess.run(
        [sys.executable, "-c", TASKS, str(script), tiny_a.name, tiny_a.weights, tiny_a.config],
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
    assert len({task["pid"] for task in seen}) < 12
    for gpu in ("cuda:0", "cuda:1"):
        times = sorted((task["began"], task["ended"]) for task in seen if task["device"] == gpu)
        assert all(this[1] <= later[0] for this, later in pairwise(times))
