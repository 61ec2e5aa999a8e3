"""Jobs of a recipe on two executors: each a JVM with Python workers and a current folder."""

import sys

from pyspark.sql import SparkSession

from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import prepare
from crawl2clip.engine.source import Source
from crawl2clip.recipe import load_recipe

recipe, source, folder = sys.argv[1:]
cluster = SparkSession.builder.master("local-cluster[2,1,1024]")
spark = prepare(cluster.config("spark.sql.shuffle.partitions", "3").getOrCreate())
run = Run(load_recipe(recipe), Source(source), folder)
for job in ("extract", "language", "dedup", "match", "balance"):
    run_job(spark, run, job)
