"""jobs/dag.py, parsed by Airflow itself, in Airflow's own environment (make test-airflow)."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.programs import program

ROOT = Path(__file__).parent.parent
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "python"

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not AIRFLOW.exists(), reason="no .venv-airflow: make test-airflow makes it"),
]


def parsed(recipes: Path, home: Path) -> dict:
    """What Airflow makes of jobs/dag.py with the recipes of a folder."""
    environment = {"AIRFLOW_HOME": str(home), "CRAWL2CLIP_RECIPES": str(recipes)}
    answer = home / "answer.json"
    subprocess.run(
        [AIRFLOW, *program(__file__, "dag")[1:], ROOT / "jobs" / "dag.py", answer],
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    return json.loads(answer.read_text("utf-8"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> dict:
    return parsed(ROOT / "conf" / "recipes", tmp_path_factory.mktemp("airflow"))


def test_every_recipe_becomes_a_dag_with_its_jobs_in_their_order(ours):
    recipes = {
        f"crawl2clip_{path.stem}": list(yaml.safe_load(path.read_text("utf-8"))["jobs"])
        for path in (ROOT / "conf" / "recipes").glob("*.yaml")
    }

    assert ours["errors"] == {}
    assert {name: [t["job"] for t in tasks] for name, tasks in ours["dags"].items()} == recipes
    for name, jobs in recipes.items():
        assert [task["then"] for task in ours["dags"][name]] == [*([job] for job in jobs[1:]), []]


def test_a_task_submits_the_jobs_script_with_its_properties(ours):
    for tasks in ours["dags"].values():
        for task in tasks:
            properties = ROOT / "conf" / "spark" / f"{task['job']}.conf"
            assert task["operator"] == "SparkSubmitOperator"
            assert task["application"] == str(ROOT / "jobs" / f"{task['job']}.py")
            assert Path(task["application"]).exists()
            assert task["properties"] == (str(properties) if properties.exists() else None)


def test_all_tasks_of_a_dag_run_share_one_folder_whose_name_hadoop_can_hold(ours):
    folder = "s3://ours/runs/crawl2clip_metaclip/manual__2026-01-31T000000+0000"
    recipe = str(ROOT / "conf" / "recipes" / "metaclip.yaml")

    for task in ours["dags"]["crawl2clip_metaclip"]:
        options = dict(zip(task["arguments"][::2], task["arguments"][1::2], strict=True))
        assert options == {
            "--recipe": recipe,
            "--run-dir": folder,
            "--source": "s3://crawl/warc.paths.gz",
        }


def test_parsing_imports_neither_the_pipeline_nor_spark(ours):
    assert {"crawl2clip", "pyspark"} & set(ours["loaded"]) == set()


def test_a_copied_recipe_is_a_dag_of_its_own_by_its_file_name(tmp_path):
    for name in ("base", "less_dogs"):
        (tmp_path / f"{name}.yaml").write_text("recipe: base\njobs: {language: null, shard: null}")

    dags = parsed(tmp_path, tmp_path)["dags"]

    assert sorted(dags) == ["crawl2clip_base", "crawl2clip_less_dogs"]
    assert [task["properties"] for task in dags["crawl2clip_base"]] == [
        None,
        str(ROOT / "conf" / "spark" / "shard.conf"),
    ]
