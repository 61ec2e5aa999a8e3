"""What every stage promises, checked for all of them: a new one is covered when it exists."""

import dataclasses
import typing
from pathlib import Path

import pytest
from pyspark.sql import Column, DataFrame

from crawl2clip.schema import COLUMNS
from crawl2clip.stage import STAGES, Filter, Stage, load_stages, stage

ALL = load_stages()


@pytest.mark.parametrize("name", ALL)
def test_the_file_is_called_like_the_step(name: str) -> None:
    room, module = ALL[name].__module__.split(".")[1:]

    assert module == name
    assert (Path(__file__).parent / room / f"test_{name}.py").is_file(), "has tests of its own"


@pytest.mark.parametrize("name", ALL)
def test_it_says_what_it_does(name: str) -> None:
    doc = ALL[name].__doc__ or ""

    assert len(doc.splitlines()[0]) > 20
    assert not doc.startswith(f"{ALL[name].__name__}("), "dataclass's own words are no docstring"


@pytest.mark.parametrize("name", ALL)
def test_its_columns_are_known(name: str) -> None:
    assert set(ALL[name].reads) | set(ALL[name].adds) <= COLUMNS.keys()


@pytest.mark.parametrize("name", ALL)
def test_its_settings_are_frozen_typed_and_its_main_one_exists(name: str) -> None:
    settings = {field.name for field in dataclasses.fields(ALL[name])}  # type: ignore[arg-type]

    assert ALL[name].__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert settings <= typing.get_type_hints(ALL[name]).keys()
    assert set(ALL[name].files) <= settings
    assert ALL[name].main is None or ALL[name].main in settings


def test_two_stages_of_one_name_are_refused() -> None:
    class CaptionLength(Stage):
        def __call__(self, pairs: DataFrame) -> DataFrame:
            return pairs

    with pytest.raises(ValueError, match="both define caption_length"):
        stage(CaptionLength)
    assert STAGES["caption_length"].__module__ == "crawl2clip.filter.caption_length"


def test_a_stage_takes_its_settings_by_name_and_shows_them() -> None:
    class TooFew(Filter):
        """Made here to be looked at."""

        least: int = 3

        def keep(self) -> Column:
            raise AssertionError("not called")

    made = stage(TooFew)
    try:
        assert repr(made(least=4)).endswith("TooFew(least=4)")
        assert made.name == "too_few"
        with pytest.raises(dataclasses.FrozenInstanceError):
            made().least = 5  # type: ignore[misc]
    finally:
        del STAGES["too_few"]
