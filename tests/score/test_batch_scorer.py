"""Against open_clip's own forward on the same pairs."""

import io
from typing import Any

import numpy as np
import open_clip
import pyarrow as pa
import pytest
import torch
from PIL import Image

from crawl2clip.score.clip import preprocess
from crawl2clip.score.clip.batch_scorer import NOT_A_NUMBER, BatchScorer
from crawl2clip.score.clip.models import ModelChoice
from tests.score.pictures import encoded, kinds, rgb
from tests.score.tiny import Tiny

KINDS = list(kinds().values())
IMAGES = [*KINDS, *(encoded(rgb(60, 50 + i, seed=i), "JPEG") for i in range(10))]
TEXTS = [f"photo {i} of a caf\u00e9 &amp; a red dog" for i in range(len(IMAGES))]


def pairs(images: list[Any], texts: list[Any], problems: list[Any] | None = None) -> pa.RecordBatch:
    kept = problems or [None] * len(images)
    return pa.RecordBatch.from_arrays(
        [pa.array(images, pa.binary()), pa.array(texts, pa.string()), pa.array(kept, pa.string())],
        ["image", "text", "problem"],
    )


def scored(scoring: BatchScorer, *batches: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches(list(scoring.score(batches)))


def theirs(name: str, weights: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors by open_clip alone: its transform, tokeniser and forward."""
    clip, _, transform = open_clip.create_model_and_transforms(name, weights)
    tokenize = open_clip.get_tokenizer(name)
    opened = [Image.open(io.BytesIO(image)) for image in IMAGES]
    with torch.no_grad():
        out = clip.eval()(torch.stack([transform(image) for image in opened]), tokenize(TEXTS))
    return out[0].numpy(), out[1].numpy()


def test_two_models_in_one_pass_score_as_open_clip_does(tiny_a: Tiny, tiny_b: ModelChoice) -> None:
    scoring = BatchScorer(
        [tiny_a.choice, tiny_b], ["clip_score", "dfn_score"], batch_size=16, threads=2
    )
    batch = pairs(IMAGES, TEXTS)

    found = scored(scoring, batch.slice(0, 3), batch.slice(3))

    assert found["problem"].null_count == len(IMAGES)
    of_a, of_b = theirs("tiny-a", tiny_a.weights), theirs(tiny_b.weights, None)
    for column, (images, texts) in {"clip_score": of_a, "dfn_score": of_b}.items():
        np.testing.assert_allclose(found[column], (images * texts).sum(axis=1), atol=1e-5)
    assert found["clip_score_model"][0].as_py().startswith("tiny-a/tiny-a-0.pt ")


def test_an_image_is_decoded_once_for_all_models(tiny_a, tiny_b, monkeypatch) -> None:
    opened = []
    really = preprocess._rgb
    monkeypatch.setattr(preprocess, "_rgb", lambda *a: opened.append(1) or really(*a))
    scoring = BatchScorer([tiny_a.choice, tiny_b], ["clip_score", "dfn_score"])

    scored(scoring, pairs(IMAGES[-5:], TEXTS[-5:]))

    assert len(opened) == 5


def test_embeddings_are_unit_vectors_and_half_precision_rounds_them(tiny_a: Tiny) -> None:
    batch = pairs([*IMAGES[:3], b"junk"], [*TEXTS[:3], "x"])
    full, half = (
        scored(BatchScorer([tiny_a.choice], ["clip_score"], storage=storage), batch)
        for storage in ("float32", "float16")
    )
    images, texts = (values[:3] for values in theirs("tiny-a", tiny_a.weights))

    np.testing.assert_allclose(np.stack(full["image_embedding"].to_pylist()[:3]), images, atol=1e-6)
    np.testing.assert_allclose(np.stack(full["text_embedding"].to_pylist()[:3]), texts, atol=1e-6)
    rounded = np.stack(half["image_embedding"].to_pylist()[:3])
    np.testing.assert_array_equal(rounded, rounded.astype(np.float16).astype(np.float32))
    np.testing.assert_allclose(rounded, images, atol=1e-3)
    assert full["image_embedding"][3].as_py() is full["text_embedding"][3].as_py() is None


def test_what_can_not_be_scored_is_a_problem_and_its_neighbours_are_none(tiny_a: Tiny) -> None:
    good, text = IMAGES[0], TEXTS[0]
    batch = pairs(
        [good, b"junk", None, good, good, None, good],
        [text, text, text, None, "", "x", text],
        [None, None, None, None, None, "http 404: gone", None],
    )

    found = scored(BatchScorer([tiny_a.choice], ["clip_score"], batch_size=3), batch)

    assert found["problem"].to_pylist() == [
        None,
        "undecodable image: starts with 6a 75 6e 6b",
        "undecodable image: no bytes",
        "no text: null",
        None,
        "http 404: gone",
        None,
    ]
    scores = found["clip_score"].to_pylist()
    assert [score is None for score in scores] == [False, True, True, True, False, True, False]
    assert scores[0] == pytest.approx(scores[6], abs=1e-6), "equal pairs, equal scores"
    assert found["clip_score_model"].null_count == 4


def test_batches_change_no_score(tiny_a: Tiny) -> None:
    batch = pairs(IMAGES, TEXTS)
    whole, small = (
        scored(BatchScorer([tiny_a.choice], ["clip_score"], batch_size=n, threads=n), batch)
        for n in (100, 1)
    )

    np.testing.assert_allclose(whole["clip_score"], small["clip_score"], atol=1e-6)
    assert whole.drop_columns("clip_score") == small.drop_columns("clip_score")


def test_an_answer_that_is_no_number_is_a_problem(tiny_a: Tiny, tmp_path) -> None:
    weights = torch.load(tiny_a.weights)
    weights["text_projection"][:] = float("inf")
    torch.save(weights, tmp_path / "broken.pt")
    broken = ModelChoice("tiny-a", str(tmp_path / "broken.pt"), tiny_a.config)

    found = scored(
        BatchScorer([broken], ["clip_score"], storage="float16"), pairs(IMAGES[:2], TEXTS[:2])
    )

    assert found["problem"].to_pylist() == [NOT_A_NUMBER] * 2
    assert found["clip_score"].null_count == found["image_embedding"].null_count == 2


def test_no_rows_at_all(tiny_a: Tiny) -> None:
    scoring = BatchScorer([tiny_a.choice], ["clip_score"], storage="float32")

    assert list(scoring.score([])) == []
    assert scored(scoring, pairs([None], ["x"]))["clip_score"].to_pylist() == [None]
