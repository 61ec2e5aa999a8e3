"""Small cases worked out by hand, and random ones against sorting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from crawl2clip.evaluation import metrics
from crawl2clip.evaluation.metrics import classification, ranks, retrieval


def unit(degrees: list[float]) -> np.ndarray:
    """Vectors of the plane; the nearer two angles, the higher their score."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


@given(
    arrays.arrays(np.float32, (5, 7), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])), st.data()
)
def test_a_rank_is_the_place_in_the_sorted_list_where_equals_keep_their_order(scores, data):
    targets = np.array([data.draw(st.integers(0, 6)) for _ in range(5)])

    found = ranks(scores, targets)

    for row, target, rank in zip(scores, targets, found, strict=True):
        assert sorted(range(7), key=lambda i: -row[i]).index(target) == rank


def test_accuracy_of_three_images_of_two_classes():
    classes, images = unit([0, 90]), unit([10, 20, 30])

    found = classification(images, classes, np.array([0, 0, 1]))

    assert found == {"acc1": 2 / 3, "acc5": None, "mean_per_class_recall": (1 + 0) / 2}


def test_a_class_without_images_is_not_in_the_mean_of_classes():
    found = classification(unit([0, 1, 91]), unit([0, 90, 180]), np.array([0, 0, 1]))

    assert found["mean_per_class_recall"] == 1


def test_acc5_is_of_five_classes_at_least():
    classes = unit([0, 10, 20, 30, 40, 50])

    found = classification(unit([0, 0]), classes, np.array([4, 5]))

    assert (found["acc1"], found["acc5"]) == (0, 0.5)


def test_retrieval_asks_for_every_text_its_image_and_for_every_image_one_of_its_texts():
    images = unit([0, 50, 100])
    texts = unit([5, 60, 52, 99, 10])  # of the images 0, 0, 1, 2, 2
    owners = np.array([0, 0, 1, 2, 2])

    found = retrieval(images, texts, owners)

    # Texts: 5 -> image 0 right; 60 -> image 1 wrong; 52 right; 99 right; 10 -> image 0 wrong.
    assert found["image_retrieval_recall@1"] == 3 / 5
    # Images: 0 -> text 5 its own; 50 -> text 52 its own; 100 -> text 99 its own.
    assert found["text_retrieval_recall@1"] == 1
    assert found["image_retrieval_recall@5"] == found["text_retrieval_recall@10"] == 1


def test_an_image_is_found_by_the_better_of_its_captions():
    found = retrieval(unit([0, 90]), unit([80, 2, 88]), np.array([0, 0, 1]))

    assert found["text_retrieval_recall@1"] == 1
    assert found["image_retrieval_recall@1"] == 2 / 3


def test_a_model_that_sees_no_difference_is_as_good_as_chance(monkeypatch):
    monkeypatch.setattr(metrics, "ROWS", 7)  # several blocks
    same, owners = unit([0] * 50), np.arange(50)

    assert retrieval(same, same, owners)["image_retrieval_recall@5"] == 5 / 50
    assert retrieval(same, same, owners)["text_retrieval_recall@5"] == 5 / 50
    assert classification(same, unit([0] * 10), owners % 10)["acc1"] == 1 / 10


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_blocks_do_not_change_what_is_found(monkeypatch, rows):
    random = np.random.default_rng(1)
    images, texts = (random.normal(size=(n, 4)).astype(np.float32) for n in (20, 60))
    owners = np.repeat(np.arange(20), 3)
    whole = retrieval(images, texts, owners)

    monkeypatch.setattr(metrics, "ROWS", rows)

    assert retrieval(images, texts, owners) == whole
    assert 0 < whole["text_retrieval_recall@5"] < 1
