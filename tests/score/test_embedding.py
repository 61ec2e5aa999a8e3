import numpy as np
import pytest
import torch

from crawl2clip.score.clip.embedding import Embedder
from crawl2clip.score.clip.models import load
from tests.score.pictures import noise
from tests.score.tiny import Tiny


class Small:
    """A model whose device has room for so many pairs at a time."""

    def __init__(self, clip: torch.nn.Module, room: int) -> None:
        self.clip, self.room, self.sizes = clip, room, []

    def encode_image(self, images: torch.Tensor) -> torch.Tensor:
        self.sizes.append(len(images))
        if len(images) > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self.clip.encode_image(images)

    def encode_text(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.clip.encode_text(tokens)


def batch(tokenize, rows: int) -> tuple[torch.Tensor, torch.Tensor]:
    images = np.stack([noise(32, 32, seed=i) for i in range(rows)])
    return torch.from_numpy(images), tokenize([f"dog {i}" for i in range(rows)])


def test_out_of_memory_is_answered_by_halves_and_remembered(tiny_a: Tiny) -> None:
    model = load(tiny_a.choice)
    inputs = batch(model.tokenize, 10)
    whole = Embedder(model).embed(*inputs)
    small = Small(model.clip, room=3)
    embedder = Embedder(type(model)(small, model.tokenize, model.spec, "cpu", ""))

    parts = embedder.embed(*inputs)

    assert small.sizes == [10, 5, 2, 2, 2, 2, 2]
    np.testing.assert_allclose(parts.scores(), whole.scores(), atol=1e-6)
    embedder.embed(*inputs)
    assert small.sizes[7:] == [2, 2, 2, 2, 2]


def test_no_room_for_one_is_an_error(tiny_a: Tiny) -> None:
    model = load(tiny_a.choice)
    small = type(model)(Small(model.clip, room=0), model.tokenize, model.spec, "cpu", "")

    with pytest.raises(MemoryError, match="single pair"):
        Embedder(small).embed(*batch(model.tokenize, 3))


def test_vectors_are_of_length_one_and_none_of_nothing(tiny_a: Tiny) -> None:
    model = load(tiny_a.choice)

    some = Embedder(model).embed(*batch(model.tokenize, 4))
    none = Embedder(model).embed(*(tensor[:0] for tensor in batch(model.tokenize, 1)))

    np.testing.assert_allclose(np.linalg.norm(some.images, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(some.texts, axis=1), 1, rtol=1e-6)
    assert none.scores().shape == (0,)
