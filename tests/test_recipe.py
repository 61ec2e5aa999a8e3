from pathlib import Path

import pytest

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.filter.caption_length import CaptionLength
from crawl2clip.filter.where import Where
from crawl2clip.recipe import RecipeError, load_recipe


def load(tmp_path: Path, text: str) -> object:
    (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
    return load_recipe(str(tmp_path / "r.yaml"))


def job(steps: str) -> str:
    return f"recipe: r\njobs:\n  filter:\n    - {steps}\n"


def test_a_step_is_a_name_with_settings_or_the_main_one_or_none(tmp_path: Path) -> None:
    recipe = load(
        tmp_path,
        """
        recipe: r
        paper: "Someone 2020"
        jobs:
          extract:
          filter:
            - caption_length
            - caption_length: {min_words: 5, max_words: 1_000}
            - where: text <> ''
        """,
    )

    assert recipe.name == "r"  # type: ignore[attr-defined]
    assert recipe.jobs == {  # type: ignore[attr-defined]
        "extract": (),
        "filter": (CaptionLength(), CaptionLength(5, 1_000), Where("text <> ''")),
    }
    assert recipe.before("filter") == "extract"  # type: ignore[attr-defined]
    assert recipe.before("extract") is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            job("caption_lenght"),
            "r.yaml: filter, step 1: there is no step 'caption_lenght'; "
            "did you mean 'caption_length'?",
        ),
        (
            job("caption_length: {min_word: 3}"),
            "r.yaml: filter, step 1: caption_length: there is no setting 'min_word'; "
            "did you mean 'min_words'?",
        ),
        (
            job("caption_length: {min_words: 1e1}"),
            "caption_length.min_words wants a whole number, not '1e1' (YAML reads 1e5 as a text",
        ),
        (job("caption_length: {min_words: yes}"), "wants a whole number, not True"),
        (job("caption_length: {min_words: 5, max_words: 4}"), "leave nothing"),
        (job("caption_length: 3"), "wants its settings by name"),
        (job("where: 3"), "where.condition wants a text, not 3"),
        (job("where"), "where needs condition, a text"),
        (job("drop_duplicates: [url, no]"), "put it in quotes"),
        (job("drop_duplicates: []"), "at least one column"),
        (job("{where: a, caption_length: {}}"), "a step is a name, or one name"),
        ("recipe: r\njobs:\n  filtr:\n", "there is no job 'filtr'; did you mean 'filter'?"),
        ("recipe: r\njob:\n  filter:\n", "there is no key 'job'; did you mean 'jobs'?"),
        ("recipe: r\njobs:\n  filter: where\n", "wants a list of steps"),
        ("recipe: r\njobs:\n", "at least one job"),
        ("recipe: 3\njobs:\n  filter:\n", "'recipe' and 'paper' are texts"),
        ("recipe: r\njobs:\n  filter:\n  filter:\n", "'filter' stands there twice"),
        ("- recipe", "wants the keys"),
        ("recipe: [", "not valid YAML"),
        ("recipe: !!python/object/apply:os.system ['true']", "not valid YAML"),
    ],
)
def test_a_wrong_recipe_is_refused_in_one_line_with_a_hint(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(RecipeError) as refused:
        load(tmp_path, text)

    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="there is no recipe file"):
        load_recipe(str(tmp_path / "none.yaml"))


def test_what_is_read_from_pages_is_a_key_of_its_own(tmp_path: Path) -> None:
    recipe = load(
        tmp_path,
        """
        recipe: r
        read: {texts: [title, alt], images: [src], max_page_bytes: 1_000}
        jobs: {extract: }
        """,
    )

    assert recipe.read == Settings(1_000, ("title", "alt"), ("src",))  # type: ignore[attr-defined]
    assert load(tmp_path, job("where: a")).read == Settings()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("read", "message"),
    [
        ("{texts: [altt]}", "r.yaml: read.texts[0] wants one of 'alt', 'title', "),
        ("{texts: alt}", "r.yaml: read.texts wants a list, each one of 'alt', "),
        ("{text: [alt]}", "r.yaml: read: there is no setting 'text'; did you mean 'texts'?"),
        ("{texts: []}", "r.yaml: read: texts wants at least one of alt, title, "),
        ("{texts: [og]}", "r.yaml: read: texts has og, so images wants og or twitter"),
        ("{max_page_bytes: 10MB}", "read.max_page_bytes wants a whole number, not '10MB'"),
        ("{max_images_per_page: 0}", "max_images_per_page wants a number above 0, not 0"),
        ("{prefer_link: true}", "prefer_link is set, so images wants link"),
        ("[alt]", "r.yaml: read: wants settings by name"),
    ],
)
def test_wrong_settings_of_reading_are_refused(tmp_path: Path, read: str, message: str) -> None:
    with pytest.raises(RecipeError) as refused:
        load(tmp_path, f"recipe: r\nread: {read}\njobs: {{extract: }}\n")

    assert message in str(refused.value)
