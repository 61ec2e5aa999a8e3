"""Choose the executor of a job, before it starts, with a reason to show to the user.

The worker executor goes from file to file in Python and resumes part by part. It runs a job whose
every step makes Arrow batches of Arrow batches; the Spark executor runs all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import DataFrame

from crawl2clip.engine.worker_executor import TaskInputs
from crawl2clip.spark.arrow_step import NeedsSpark
from crawl2clip.stage import Stage

# Set to false, this has Spark run all jobs, whatever their steps.
WORKERS_ALONE = "spark.crawl2clip.workersAlone"


@dataclass(frozen=True)
class JobPlan:
    """The executor of a job, and the reason for it, a sentence.

    warning: what is lost if the job is stopped, a sentence; None if it resumes, or is cheap.
    inputs: what tasks of the worker executor read, if that was looked up.
    """

    executor: Literal["worker", "Spark"]
    reason: str
    warning: str | None = None
    inputs: TaskInputs | None = field(default=None, repr=False, compare=False)

    def __str__(self) -> str:
        return f"{self.executor} executor: {self.reason}"


def plan_job(
    steps: Sequence[Stage],
    empty: DataFrame,
    task_inputs: Callable[[], TaskInputs | None] = lambda: None,
) -> JobPlan:
    """Return the plan of a job with these steps, which starts with the columns of `empty`.

    empty: a table without rows. task_inputs: what tasks read, raises NeedsSpark if they can't.
    """
    if empty.sparkSession.conf.get(WORKERS_ALONE, "true") != "true":
        return _on_spark(steps, f"{WORKERS_ALONE} is not true")
    if refusal := _refusal(steps, empty):
        return _on_spark(steps, refusal)
    try:
        inputs = task_inputs()
    except NeedsSpark as reason:
        return _on_spark(steps, f"the source {reason}")
    return JobPlan("worker", _by_batches(len(steps)), inputs=inputs)


def _refusal(steps: Sequence[Stage], pairs: DataFrame) -> str | None:
    """Return why the first step that workers can't do needs Spark; None if there is none."""
    for number, step in enumerate(steps, 1):
        try:
            made = step.in_workers(pairs)
        except NeedsSpark as reason:
            return f"step {number}, {step.name}, {reason}"
        pairs = pairs.sparkSession.createDataFrame([], made.schema)
    return None


def _by_batches(steps: int) -> str:
    if not steps:
        return "rows only pass from file to file"
    which = "its step works" if steps == 1 else f"each of its {steps} steps works"
    return f"{which} on one batch of rows at a time"


def _on_spark(steps: Sequence[Stage], reason: str) -> JobPlan:
    lost = [loss for step in steps if (loss := step.loses_if_stopped())]
    warning = f"it can't resume: if it is stopped, {', and '.join(lost)}" if lost else None
    return JobPlan("Spark", reason, warning)


def markdown(rows: Iterable[tuple[str, str, JobPlan]]) -> str:
    """Return a Markdown table of recipes, their jobs, and how each is run."""
    lines = ["| Recipe | Job | Executor | Reason |", "|---|---|---|---|"]
    lines += [
        f"| {recipe} | {job} | {plan.executor} | {plan.reason.replace('|', chr(92) + '|')} |"
        for recipe, job, plan in rows
    ]
    return "\n".join(lines)
