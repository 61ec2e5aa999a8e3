"""report.html of a run."""

from pyspark.sql import SparkSession

from crawl2clip.io.files import write_atomically
from crawl2clip.recipe import Recipe
from crawl2clip.report.render import render
from crawl2clip.report.view_builder import collect


def write_html(spark: SparkSession, recipe: Recipe, folder: str) -> str:
    """Write `<run>/report.html`, whole or not at all, and give back its path.

    Equal runs give equal pages. Raises RecipeError if no job of the recipe is done.
    """
    place = f"{folder.rstrip('/')}/report.html"
    page = render(collect(spark, recipe, folder))
    write_atomically(place, page)
    return place
