"""The nearest of many centres, against float64 and whatever stands beside."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.filter.embeddings import nearest_centroid
from crawl2clip.filter.embeddings.nearest_centroid import nearest, nearest_of_lists


def test_is_the_largest_inner_product_and_centres_may_have_any_length() -> None:
    known = np.array([[1, 0], [0, 1], [3, 3]], np.float32)
    points = np.array([[1, -2], [0, 9], [-5, 0.0], [np.nan, 1], [0, 0]], np.float16)

    assert nearest(points, known).tolist() == [0, 2, 1, -1, -1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 40))
def test_is_what_float64_says_however_the_points_are_cut(seed: int, n: int, k: int) -> None:
    random = np.random.default_rng(seed)
    some = random.normal(size=(3, 16))  # of which the centres differ where float32 ends
    known = (some[random.integers(3, size=k)] + random.normal(size=(k, 16)) * 1e-7).astype("f")
    twin = int(random.integers(k))
    known[twin] = known[0]
    points = random.normal(size=(n, 16)).astype(np.float32)
    cut = int(random.integers(n + 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nearest_centroid, "_BLOCK", 3 * k)

        found = nearest(points, known)
        parts = [nearest(points[:cut], known), nearest(points[cut:], known)]

    assert found.tolist() == np.concatenate(parts).tolist()
    units, _ = nearest_centroid._unit(points)
    wide = (units[:, None].astype(np.float64) * known[None]).sum(axis=2)
    assert found.tolist() == wide.argmax(axis=1).tolist()
    assert twin == 0 or twin not in found, "of equal ones the first counts"


def test_a_column_keeps_its_nulls() -> None:
    lists = pa.array(
        [[0.0, 2.0], None, [1.0, 0.0], [None, 1.0], [0.0, 0.0]], pa.list_(pa.float32())
    )
    known = np.eye(2, dtype=np.float32)

    assert nearest_of_lists(lists, known).to_pylist() == [1, None, 0, None, None]
    assert nearest_of_lists(lists.slice(1, 1), known).to_pylist() == [None]
    assert nearest_of_lists(lists.slice(2, 2), known).to_pylist() == [0, None]


def test_embeddings_of_another_model_are_refused() -> None:
    known = np.eye(3, dtype=np.float32)

    with pytest.raises(ValueError, match="embeddings have 2 numbers, centres 3: they are of diff"):
        nearest(np.ones((1, 2)), known)
    with pytest.raises(ValueError, match="embeddings of different lengths"):
        nearest_of_lists(pa.array([[1.0], [1.0, 2.0]]), known)
