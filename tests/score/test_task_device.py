"""Which GPU a task takes, with Spark's own scheduling and no GPU at all."""

import ast
import json
import os
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from crawl2clip.score.spark import task_device
from tests.programs import program, run_on_a_cluster
from tests.score.tiny import Tiny


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
    script = shutil.copy(Path(__file__).with_name("gpus.sh"), tmp_path)
    choice = (tiny_a.name, tiny_a.weights, tiny_a.config)
    command = [*program(__file__, "device"), str(script), str(tmp_path / "table"), *choice]

    ended = run_on_a_cluster(command, tmp_path)

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
