"""The job `extract` over archives of which two pages kill whoever reads them."""

import sys

from pyspark.sql import SparkSession

from crawl2clip.engine.plan import WORKERS_ALONE
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import local_session, prepare
from crawl2clip.engine.source import Source
from crawl2clip.recipe import recipe_of

master, source, folder, *ways = sys.argv[1:]
if master == "local":
    spark = local_session(2)
else:
    spark = prepare(SparkSession.builder.master(master).getOrCreate())
recipe = recipe_of({"recipe": "r", "jobs": {"extract": []}}, "r.yaml")
for alone in ways:  # rows made and written by workers alone, or by Spark's own reader
    spark.conf.set(WORKERS_ALONE, alone)
    report = run_job(spark, Run(recipe, Source(source), f"{folder}/{alone}"), "extract")
    assert report.problems == {"page crashed the reader": 2}, report.problems
    assert report.funnel == [{"step": "read", "pairs": 1002}], report.funnel
