"""pipeline/STEPS.md is the reference of all steps, and says what the code says."""

from pathlib import Path
from typing import Literal

import pytest
from pyspark.sql import DataFrame

from crawl2clip.__main__ import main
from crawl2clip.cli.steps_markdown import steps_page
from crawl2clip.stage import STAGES, Stage, load_stages, stage

PAGE = Path(__file__).parents[1] / "pipeline" / "STEPS.md"


def test_the_page_is_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["list", "--markdown"])

    assert ended.value.code == 0
    fresh = capsys.readouterr().out == PAGE.read_text("utf-8")
    assert fresh, "a step has changed: crawl2clip list --markdown > pipeline/STEPS.md"


def test_every_step_has_a_heading_and_stands_in_the_contents() -> None:
    lines = PAGE.read_text("utf-8").splitlines()

    headings = [line.removeprefix("### ") for line in lines if line.startswith("### ")]
    assert sorted(headings) == sorted(load_stages())
    assert all(any(f"[{name}](#{name})" in line for line in lines) for name in headings)


def test_a_step_is_shown_with_its_columns_and_settings_and_cost() -> None:
    class Mend(Stage):
        """Mend the text.

        It was broken (Doe 2020).

        Cost: one shuffle.
        """

        reads = ("text",)
        adds = ("text_fixed", "problem")
        files = ("table",)
        main = "table"

        table: str
        how: Literal["no", "well"] = "well"
        by: tuple[str, ...] = ("url", "text")
        most: int | None = None

        def __call__(self, pairs: DataFrame) -> DataFrame:
            raise AssertionError("not called")

    Mend.__module__ = "crawl2clip.filter.mend"
    try:
        page = steps_page({"mend": stage(Mend)})
    finally:
        del STAGES["mend"]

    assert page.partition("### mend\n\n")[2] == (
        "Mend the text.\n\n"
        "*Kind*: step. *Reads*: `text`. *Adds*: `text_fixed`, `problem`.\n\n"
        "| setting | type | default |\n"
        "|---|---|---|\n"
        "| **`table`** (main) | text, a path | required |\n"
        '| `how` | `no`, `well` | `"well"` |\n'
        '| `by` | list of text | `["url", "text"]` |\n'
        "| `most` | integer or null | `null` |\n\n"
        "It was broken (Doe 2020).\n\n"
        "**Cost:** one shuffle.\n"
    )
    assert "- [filter](#steps-of-filter): [mend](#mend)\n" in page


def test_a_step_of_an_unknown_room_is_refused() -> None:
    class Stray(Stage):
        """Lie where no room is."""

        def __call__(self, pairs: DataFrame) -> DataFrame:
            raise AssertionError("not called")

    Stray.__module__ = "crawl2clip.attic.stray"

    with pytest.raises(ValueError, match="not in"):
        steps_page({"stray": Stray})
