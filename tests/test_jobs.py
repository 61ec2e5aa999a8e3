"""The scripts in jobs/, as spark-submit runs them."""

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from pyspark.sql import SparkSession
from warcio.warcwriter import WARCWriter

from crawl2clip.score.spark import resource_profile

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted(
    path for path in (ROOT / "jobs").glob("*.py") if path.stem not in ("command", "dag")
)
RECIPES = sorted((ROOT / "conf" / "recipes").glob("*.yaml"))
GPU = [f"executor.resource.gpu.{of}" for of in ("amount", "discoveryScript", "vendor")]
PROPERTIES = sorted((ROOT / "conf" / "spark").glob("*.conf"))

PAGE = """<img src=/a.jpg alt="a red dog by the river">
<img src="b.jpg" alt="ein roter Hund am Fluss"><img src=c.jpg alt="">"""

RECIPE = """
recipe: two_jobs
jobs:
  extract:
  language:
    - detect_language
    - where: lang = 'en'
"""


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_job_is_a_docstring_with_its_command_and_one_call(script):
    source = script.read_text("utf-8")
    tree = ast.parse(source)
    about = ast.get_docstring(tree) or ""

    assert len(source.splitlines()) <= 15
    assert "spark-submit" in about
    assert f"jobs/{script.name}" in about
    assert ast.unparse(tree.body[1]) == "from crawl2clip.cli.spark_submit import job_main"
    assert ast.unparse(tree.body[2]) == (
        f"if __name__ == '__main__':\n    job_main('{script.stem}')"
    )


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_job_of_a_recipe_has_its_script(recipe):
    jobs = yaml.safe_load(recipe.read_text("utf-8"))["jobs"]

    assert set(jobs) <= {script.stem for script in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_job_names_its_properties_file_if_it_has_one(script):
    name = f"--properties-file conf/spark/{script.stem}.conf"

    there = (ROOT / "conf" / "spark" / f"{script.stem}.conf").exists()

    assert (name in script.read_text("utf-8")) == there


def test_every_properties_file_belongs_to_a_job():
    assert {path.stem for path in PROPERTIES} <= {script.stem for script in SCRIPTS}


def test_spark_knows_every_property(spark: SparkSession):
    """A misspelt one it would ignore in silence."""
    known = spark.sparkContext._jvm.org.apache.spark.internal.config.ConfigEntry
    lines = [line for path in PROPERTIES for line in path.read_text("utf-8").splitlines()]
    settings = [line.split() for line in lines if line and not line.startswith("#")]

    assert all(len(words) == 2 for words in settings), settings
    unknown = {key for key, _ in settings if known.findEntry(key) is None}
    # Spark has no list of resources, as a user may name them as he likes.
    ours = {
        f"{resource_profile.PREFIX}{name}"
        for name in resource_profile.OF_TASKS + resource_profile.OF_EXECUTORS
    }
    assert unknown - {f"spark.{of}" for of in GPU} - ours == set()
    assert known.findEntry("spark.specualtion") is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recipe and an archive of one page that has two captions."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "two_jobs.yaml").write_text(RECIPE, "utf-8")
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + PAGE.encode()
    with (folder / "one.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        page = writer.create_warc_record("http://x.example/p/1", "response", io.BytesIO(answer))
        writer.write_record(page)
    return folder


def submitted(script: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What a script of jobs/ says and does under the real spark-submit, in two local cores."""
    spark = [Path(sys.executable).with_name("spark-submit"), "--master", "local[2]"]
    settings = ["--conf", "spark.ui.enabled=false"]
    if (properties := ROOT / "conf" / "spark" / f"{script}.conf").exists():
        settings += ["--properties-file", str(properties)]
    return subprocess.run(
        [*spark, *settings, ROOT / "jobs" / f"{script}.py", *options],
        cwd=folder,  # not the project's: the package is found because it is installed
        env=os.environ | {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
    )


@pytest.mark.spark
def test_a_job_and_a_command_under_spark_submit_leave_two_tables_and_two_reports(folder):
    """The command is `run`: it finds the first job done, and runs the second."""
    options = ("--run-dir", "run", "--source", "one.warc.gz")

    first = submitted("extract", folder, "--recipe", "two_jobs.yaml", *options)
    second = submitted("command", folder, "run", "two_jobs.yaml", *options)

    assert first.returncode == 0, first.stdout
    assert second.returncode == 0, second.stdout
    assert "extract: done before, nothing changed (2 pairs)" in second.stdout
    texts = pq.read_table(folder / "run" / "extract", columns=["text"])["text"].to_pylist()
    assert texts == ["a red dog by the river", "ein roter Hund am Fluss"]
    english = pq.read_table(folder / "run" / "language").to_pylist()
    assert [(row["url"], row["lang"]) for row in english] == [("http://x.example/a.jpg", "en")]
    report = json.loads((folder / "run" / "language.json").read_text("utf-8"))
    assert [step["pairs"] for step in report["funnel"]] == [2, 2, 1]
    assert json.loads((folder / "run" / "extract.json").read_text("utf-8"))["job"] == "extract"


@pytest.mark.spark
def test_a_wrong_recipe_is_refused_in_one_line_with_exit_code_2(folder):
    wrong = folder / "wrong.yaml"
    wrong.write_text(RECIPE.replace("detect_language", "detect_langauge"), "utf-8")

    done = submitted("language", folder, "--recipe", str(wrong), "--run-dir", "run")

    # spark-submit sends all that Python says to stdout; stderr is the JVM's.
    assert done.stdout.splitlines() == [
        "error: wrong.yaml: language, step 1: there is no step 'detect_langauge'; "
        "did you mean 'detect_language'?"
    ]
    assert done.returncode == 2
