import numpy as np

from crawl2clip.dedup.semantic.bucket_index import BucketIndex, bucket_keys, near_any
from crawl2clip.dedup.semantic.embedding_matrix import unit
from crawl2clip.dedup.semantic.kmeans import nearest, train


def chance_vectors(n: int, seed: int = 0) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(n, 16)).astype(np.float32))


def test_an_image_has_a_bucket_for_each_3_of_its_10_clusters() -> None:
    keys = bucket_keys(np.array([range(10), range(9, -1, -1), range(4_086, 4_096)]), 4_096)

    assert keys.shape == (3, 120)
    assert len(set(keys.ravel().tolist())) == 240
    assert (keys[0] == keys[1]).all(), "in whatever order its clusters come"
    assert (keys >= 0).all()
    assert keys[0, 0] == 0 * 4_096**2 + 1 * 4_096 + 2
    assert bucket_keys(np.array([[1, 0]]), 2).tolist() == [[1]]


def test_three_common_clusters_make_a_common_bucket_and_two_do_not() -> None:
    three, two = np.arange(10), np.arange(10)
    three[3:] += 100
    two[2:] += 200
    keys = [set(row) for row in bucket_keys(np.array([range(10), three, two]), 4_096).tolist()]

    assert len(keys[0] & keys[1]) == 1
    assert not keys[0] & keys[2]


def test_the_index_finds_what_is_near_and_shares_a_bucket() -> None:
    known = chance_vectors(2_000)
    noise = chance_vectors(2_000, 1)
    asked = np.concatenate([unit(known + 0.15 * noise), chance_vectors(500, 2)])
    centres = train(known, 50, 10, 0)
    index = BucketIndex(known, centres)

    close = asked @ known.T > 0.975
    sets = [set(row) for row in nearest(known, centres, 10).tolist()]
    slowly = [any(len(sets[j] & set(mine)) >= 3 for j in np.flatnonzero(row))
              for row, mine in zip(close, nearest(asked, centres, 10).tolist(), strict=True)
              ]  # fmt: skip

    assert index.near_any(asked, 0.975).tolist() == slowly
    assert near_any(asked, known, 0.975).tolist() == close.any(axis=1).tolist()
    assert sum(slowly) >= 0.99 * close.any(axis=1).sum() > 1_000
