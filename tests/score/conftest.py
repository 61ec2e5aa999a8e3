from pathlib import Path

import pytest

from crawl2clip.score.clip.models import ModelChoice
from tests.score.tiny import Tiny, local_dir, tiny


@pytest.fixture(scope="session")
def tiny_a(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """A small model with open_clip's default preprocessing, as config and checkpoint."""
    return tiny(tmp_path_factory.mktemp("a"), "tiny-a")


@pytest.fixture(scope="session")
def tiny_b(tmp_path_factory: pytest.TempPathFactory) -> ModelChoice:
    """Another architecture, squashing images, as a folder that says so."""
    folder: Path = tmp_path_factory.mktemp("b")
    half = (0.5, 0.5, 0.5)
    return ModelChoice(
        "", local_dir(folder, "tiny-b", resize_mode="squash", interpolation="bilinear", mean=half)
    )
