"""Define one Airflow DAG for each recipe: its jobs, one spark-submit after the other.

Link this file from the folder where Airflow looks for DAGs. CRAWL2CLIP_RECIPES names another
folder of recipes; Airflow's Variable `crawl2clip_runs` names the folder of the runs, in which each
DAG run gets a folder of its own.

It reads YAML and nothing else: Airflow parses DAG files continually, in an environment without
Spark.
"""

import os
from pathlib import Path

import yaml
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import DAG, Param, chain

ROOT = Path(__file__).resolve().parent.parent
RECIPES = Path(os.environ.get("CRAWL2CLIP_RECIPES", ROOT / "conf" / "recipes"))

# Equal for all retries of a task, so that they resume; different for the next DAG run.
# Hadoop's paths can't hold the colons of a run id.
RUN_DIR = "{{ var.value.crawl2clip_runs }}/{{ dag.dag_id }}/{{ run_id | replace(':', '') }}"
FROM_AND_TO = ["--source", "{{ params.source }}", "--run-dir", RUN_DIR]

for recipe in sorted(RECIPES.resolve().glob("*.yaml")):
    with recipe.open(encoding="utf-8") as file:
        described = yaml.safe_load(file)
    source = Param(type="string", description="WARC files, a list of them, or a Parquet table")
    code = Param(
        False, type="boolean", description="Conditions may call any function, read anything"
    )
    with DAG(
        f"crawl2clip_{recipe.stem}",
        description=described.get("paper"),
        schedule=None,
        params={"source": source, "allow_code": code},
        tags=["crawl2clip"],
    ):
        tasks = []
        for job in described["jobs"]:
            properties = ROOT / "conf" / "spark" / f"{job}.conf"
            tasks.append(
                SparkSubmitOperator(
                    task_id=job,
                    name=f"{recipe.stem} {job}",
                    application=str(ROOT / "jobs" / f"{job}.py"),
                    properties_file=str(properties) if properties.exists() else None,
                    conf={"spark.crawl2clip.allowCode": "{{ params.allow_code | lower }}"},
                    application_args=["--recipe", str(recipe), *FROM_AND_TO],
                )
            )
        chain(*tasks)
