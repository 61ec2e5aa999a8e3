"""Tests on real bytes and official outputs that are not part of this repository.

They lie in the folder `shared` beside the project, or where CRAWL2CLIP_SHARED says.
"""

import os
from pathlib import Path

import pytest

SHARED = Path(
    os.environ.get("CRAWL2CLIP_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"no official outputs at {SHARED}; set CRAWL2CLIP_SHARED"
)
