"""Parse a file of DAGs as Airflow's DAG processor does, and render each task's templates for a run.

Runs in Airflow's environment. Arguments: the file, and the JSON file to write.
"""

import json
import sys
from pathlib import Path

from airflow.dag_processing.dagbag import DagBag

bag = DagBag(sys.argv[1])
context = {
    "run_id": "manual__2026-01-31T00:00:00+00:00",
    "params": {"source": "s3://crawl/warc.paths.gz", "allow_code": False},
    "var": {"value": {"crawl2clip_runs": "s3://ours/runs"}},
}
dags = {}
for dag in bag.dags.values():
    for task in dag.tasks:
        task.render_template_fields(context | {"dag": dag})
    dags[dag.dag_id] = [
        {
            "job": task.task_id,
            "then": sorted(task.downstream_task_ids),
            "application": task.application,
            "arguments": task.application_args,
            "properties": task.properties_file,
            "conf": task.conf,
            "operator": type(task).__name__,
        }
        for task in dag.topological_sort()
    ]
loaded = sorted({name.partition(".")[0] for name in sys.modules})
answer = {"errors": bag.import_errors, "dags": dags, "loaded": loaded}
Path(sys.argv[2]).write_text(json.dumps(answer), "utf-8")
