import threading

import numpy as np
import pyarrow as pa
import pytest
import torch

from crawl2clip.score.clip.prefetch import AHEAD, Prefetcher, grouped
from crawl2clip.score.clip.preprocess import Spec, pixels
from tests.score.pictures import encoded, rgb

SPEC, OTHER = Spec((16, 16)), Spec((8, 8), "squash")


def rows(images: list[bytes | None], start: int = 0) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict(
        {
            "image": pa.array(images, pa.binary()),
            "text": [str(start + i) for i in range(len(images))],
            "problem": pa.array([None] * len(images), pa.string()),
        }
    )


def tokenize(texts: list[str]) -> torch.Tensor:
    return torch.tensor([[int(text or -1)] for text in texts])


@pytest.mark.parametrize("sizes", [[7], [3, 4], [1] * 7, [0, 5, 0, 2], [2, 5], []])
def test_batches_are_full_across_the_borders_of_arrows(sizes: list[int]) -> None:
    ends = np.cumsum([0, *sizes])
    batches = [rows([b""] * n, start) for n, start in zip(sizes, ends, strict=False)]

    found = [
        [t for piece in group for t in piece["text"].to_pylist()] for group in grouped(batches, 3)
    ]

    texts = [str(i) for i in range(sum(sizes))]
    assert found == [texts[i : i + 3] for i in range(0, len(texts), 3)]


def test_images_stand_where_their_rows_are_whatever_thread_decoded_them() -> None:
    images = [encoded(rgb(20 + i, 30, seed=i), "JPEG") for i in range(23)]
    prefetcher = Prefetcher((SPEC, OTHER), [tokenize], batch_size=10, threads=4)

    batches = list(prefetcher.prefetch([rows(images[:4]), rows(images[4:], 4)]))

    assert [len(batch.problems) for batch in batches] == [10, 10, 3]
    for spec in (SPEC, OTHER):
        made = np.concatenate([batch.arrays[spec].numpy() for batch in batches])
        np.testing.assert_array_equal(made, [pixels(image, [spec])[0] for image in images])
    tokens = torch.cat([batch.tokens[0].result() for batch in batches])
    assert tokens.flatten().tolist() == list(range(23))


def test_no_more_is_read_than_is_decoded_ahead() -> None:
    read = []

    def source():
        for i in range(20):
            read.append(i)
            yield rows([None] * 5)

    batches = Prefetcher((SPEC,), [tokenize], batch_size=5, threads=1).prefetch(source())
    next(batches)

    assert len(read) <= AHEAD + 2


def test_a_bug_in_a_thread_is_not_swallowed() -> None:
    def broken(texts: list[str]) -> torch.Tensor:
        raise ZeroDivisionError

    batch = next(Prefetcher((SPEC,), [broken], batch_size=5, threads=1).prefetch([rows([None])]))
    with pytest.raises(ZeroDivisionError):
        batch.tokens[0].result()


def test_threads_end_when_nobody_asks_for_more() -> None:
    before = threading.active_count()
    batches = Prefetcher((SPEC,), [tokenize], batch_size=1, threads=3).prefetch([rows([None])] * 9)
    next(batches)
    batches.close()

    assert threading.active_count() == before
