import shutil
from pathlib import Path

import pytest

from crawl2clip.io.published_files import PUBLISHED, check_published
from crawl2clip.language.classifiers.fasttext_lid import bundled_model
from crawl2clip.recipe import RecipeError, recipe_of


def test_the_published_file_passes_under_its_name_and_any_other(tmp_path: Path) -> None:
    for name in ("lid.176.ftz", "mine.ftz"):
        shutil.copy(bundled_model(), tmp_path / name)
        check_published(str(tmp_path / name))


def test_a_file_that_was_cut_short_is_refused_with_the_place_to_get_it(tmp_path: Path) -> None:
    cut = tmp_path / "lid.176.ftz"
    cut.write_bytes(Path(bundled_model()).read_bytes()[:-1])

    with pytest.raises(ValueError, match=r"not the file that is published.*fbaipublicfiles"):
        check_published(str(cut))


def test_a_file_of_ones_own_or_none_is_for_others_to_judge(tmp_path: Path) -> None:
    own = tmp_path / "lid.ftz"
    own.write_bytes(b"anything")

    check_published(str(own))
    check_published(str(tmp_path / "lid.176.bin"))
    check_published("")


def test_a_recipe_with_an_exchanged_language_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lid.176.bin").write_bytes(b"another model")
    step = {"detect_language": {"model": str(tmp_path / "lid.176.bin")}}

    with pytest.raises(RecipeError, match="its SHA-256 is"):
        recipe_of({"recipe": "r", "jobs": {"language": [step]}}, "r.yaml")


def test_each_published_file_has_a_whole_hash_and_an_origin() -> None:
    for name, published in PUBLISHED.items():
        assert len(bytes.fromhex(published.sha256)) == 32, name
        assert published.origin, name
