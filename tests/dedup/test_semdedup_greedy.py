import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.dedup.semantic.embedding_matrix import unit
from crawl2clip.dedup.semantic.kmeans import nearest, train
from crawl2clip.dedup.semantic.semdedup_greedy import Against, RepeatFinder


def at(*degrees: float) -> np.ndarray:
    radians = np.deg2rad(np.array(degrees))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def repeats(vectors: np.ndarray, against: Against = "kept", most: int = 99) -> list[bool]:
    cosine = float(np.cos(np.deg2rad(10)))
    return (
        RepeatFinder(cosine, against, most).repeats(np.zeros(len(vectors), int), vectors).tolist()
    )


def test_of_a_chain_goes_only_what_is_like_one_that_stays() -> None:
    chain = at(0, 8, 16, 24)

    assert repeats(chain) == [False, True, False, True]
    assert repeats(chain, against="all") == [False, True, True, True], "as the paper's code"


def test_only_what_came_before_in_the_cluster_counts() -> None:
    found = RepeatFinder(0.99, "kept", 99)

    assert found.repeats(np.array([0, 0, 1]), at(0, 0, 0)).tolist() == [False, True, False]
    assert found.repeats(np.array([1, 2]), at(0, 0)).tolist() == [True, False], "across batches"
    assert found.repeats(np.array([], int), at()).tolist() == []


def test_vectors_without_direction_repeat_nothing() -> None:
    wrong = np.array([[0, 0], [0, 0], [np.nan, 1], [np.inf, 1]], np.float32)

    assert not any(repeats(unit(wrong)))
    assert unit(np.array([[3, 4], [1e30, 0]], np.float32)).tolist() == [
        pytest.approx([0.6, 0.8]), [1, 0]
    ]  # fmt: skip


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 1_500), max_size=5), most=st.sampled_from([1, 40, 10_000]))
def test_where_batches_are_cut_does_not_matter(cuts: list[int], most: int) -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(1_500, 3)).astype(np.float32))
    clusters = np.sort(np.random.default_rng(1).integers(0, 3, 1_500))
    whole = RepeatFinder(0.98, "kept", most).repeats(clusters, vectors)
    found = RepeatFinder(0.98, "kept", most)
    ends = [0, *sorted(cuts), 1_500]

    parts = [found.repeats(clusters[a:b], vectors[a:b]) for a, b in itertools.pairwise(ends)]

    assert (np.concatenate(parts) == whole).all()
    if most == 10_000:
        assert whole.tolist() == slowly(clusters, vectors, 0.98)


def slowly(clusters: np.ndarray, vectors: np.ndarray, cosine: float) -> list[bool]:
    kept: list[int] = []
    for i, vector in enumerate(vectors.astype(float)):
        if not any(clusters[i] == clusters[j] and vector @ vectors[j] > cosine for j in kept):
            kept.append(i)
    return [i not in kept for i in range(len(vectors))]


def test_k_means_finds_the_directions_there_are() -> None:
    chance = np.random.default_rng(0)
    truth = np.eye(4, dtype=np.float32)
    sides = chance.integers(0, 4, 400)
    points = unit(truth[sides] + chance.normal(scale=0.05, size=(400, 4)).astype(np.float32))

    centres = min((train(points, 4, 50, seed) for seed in range(8)),
                  key=lambda c: -(points @ c.T).max(axis=1).sum())  # fmt: skip

    assert sorted((truth @ centres.T).max(axis=1) > 0.99) == [True] * 4
    found = nearest(points, centres, 1)[:, 0]
    assert all(len(set(found[sides == side])) == 1 for side in range(4))
    assert (train(points, 4, 50, 0) == train(points, 4, 50, 0)).all()
    assert len(train(points, 50_000, 5, 0)) == 400 // 39


def test_the_nearest_come_first_and_equal_ones_by_number() -> None:
    centres = at(0, 90, 90, 180)

    assert nearest(at(80), centres, 3).tolist() == [[1, 2, 0]]
    assert nearest(at(80, 170), centres, 1).tolist() == [[1], [3]]
    assert nearest(at(80), centres, 4).tolist() == [[1, 2, 0, 3]]
