"""Turn Common Crawl archives into CLIP training sets: steps, recipes, and runs of them on Spark.

    from crawl2clip import Run, Source, load_recipe, local_session, run_job

    run = Run(load_recipe("conf/recipes/align.yaml"), Source("crawl/*.warc.gz"), "runs/1")
    spark = local_session()
    reports = [run_job(spark, run, job) for job in run.recipe.jobs]

The decorator that makes a class a step is `crawl2clip.stage.stage`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawl2clip.engine.job_report import JobReport, read_report
    from crawl2clip.engine.run import Run, run_job
    from crawl2clip.engine.session import local_session
    from crawl2clip.engine.source import Source
    from crawl2clip.recipe import Recipe, RecipeError, load_recipe
    from crawl2clip.stage import Adding, Filter, Judging, PartOfRun, Stage, load_stages

__version__ = "0.1.0"

__all__ = [
    "Adding",
    "Filter",
    "JobReport",
    "Judging",
    "PartOfRun",
    "Recipe",
    "RecipeError",
    "Run",
    "Source",
    "Stage",
    "load_recipe",
    "load_stages",
    "local_session",
    "read_report",
    "run_job",
]

# Modules are imported on first use of a name: DAG files and executors import this package, and
# must not load Spark, or the driver's code, with it.
_MODULES = {
    "crawl2clip.engine.job_report": ("JobReport", "read_report"),
    "crawl2clip.engine.run": ("Run", "run_job"),
    "crawl2clip.engine.session": ("local_session",),
    "crawl2clip.engine.source": ("Source",),
    "crawl2clip.recipe": ("Recipe", "RecipeError", "load_recipe"),
    "crawl2clip.stage": ("Adding", "Filter", "Judging", "PartOfRun", "Stage", "load_stages"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Return a public name from the module that defines it, imported on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
