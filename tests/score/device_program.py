"""Tasks on a cluster of two workers with a GPU each; print what each task was given.

Arguments: the script that finds GPUs, a folder for a table, and a model: name, weights, config.
"""

import json
import os
import sys
import time
from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from crawl2clip.engine.worker_executor import TaskInputs, run_on_workers
from crawl2clip.score.clip.models import ModelChoice, _loaded, load
from crawl2clip.score.spark import resource_profile, task_device
from crawl2clip.spark.arrow_step import InWorkers

script, table, *choice = sys.argv[1:]
settings = {
    "spark.worker.resource.gpu.amount": "1",
    "spark.worker.resource.gpu.discoveryScript": script,
    "spark.executor.resource.gpu.amount": "1",
    "spark.crawl2clip.score.task.resource.gpu.amount": "1",
    "spark.ui.enabled": "false",
}
cluster = SparkSession.builder.master("local-cluster[2,2,1024]")
spark = cluster.config(map=settings).getOrCreate()
schema = StructType([StructField("seen", StringType())])

Batches = Iterator[pa.RecordBatch]


def row(seen: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"seen": [seen]})


def task(batches: Batches) -> Batches:
    list(batches)  # Spark gives a worker that has not read all its rows no second task
    began = time.time()
    load(ModelChoice(*choice))
    time.sleep(0.2)
    seen = {
        "pid": os.getpid(),
        "device": task_device.torch_name(task_device.addresses()),
        "began": began,
        "ended": time.time(),
        "loads": _loaded.cache_info().misses,
    }
    yield row(json.dumps(seen))


def where(batches: Batches) -> Batches:
    list(batches)
    time.sleep(0.2)  # so that no worker does them all
    yield row(str(task_device.addresses()))


def number(part: int) -> Batches:
    yield row(str(part))


numbers = spark.range(0, 12, 1, 12)
others = InWorkers(where, schema).table(numbers).collect()  # leaves two workers in each executor
print("others", sorted({row.seen for row in others}))
scoring = InWorkers(task, schema, resource_profile.profile(spark))
for seen in scoring.table(numbers).collect():
    print(seen.seen)
scoring = InWorkers(where, schema, resource_profile.profile(spark))
run_on_workers(spark, TaskInputs([0, 1, 2], number, schema), [scoring], table, "plan")
print("alone", sorted({row.seen for row in spark.read.parquet(table).collect()}))
spark.conf.set("spark.crawl2clip.score.executor.cores", "4")
try:
    resource_profile.profile(spark)
except Exception as error:
    print("refused", error)
spark.stop()
