"""What a batch goes through before the model."""

import torch

from crawl2clip.filter_network.model import cropped, with_words_lost

START, END = 49406, 49407


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_crop_of_everything_changes_nothing() -> None:
    images = torch.rand(2, 3, 8, 8)

    torch.testing.assert_close(cropped(images, 1.0, chance()), images)


def test_a_crop_shows_a_rectangle_from_inside() -> None:
    """On a ramp that tells where a pixel was: no less than the asked share, no more than all."""
    ramp = torch.linspace(0, 1, 32).expand(3, 32, 32)
    images = torch.stack([ramp, *[ramp.transpose(1, 2)] * 63])

    made = cropped(images, 0.5, chance())

    across = made[:, 0].amax(dim=(1, 2)) - made[:, 0].amin(dim=(1, 2))
    assert made.shape == images.shape
    assert across.min() > 0.4
    assert across.max() <= 1
    assert across.std() > 0.01, "each another"


def test_no_words_are_lost_without_being_asked() -> None:
    tokens = torch.tensor([[START, 5, 6, END, 0, 0]])

    assert torch.equal(with_words_lost(tokens, 0.0, chance()), tokens)


def test_lost_words_leave_start_and_end_and_the_order_of_the_rest() -> None:
    tokens = torch.tensor([[START, 5, 6, 7, 8, END, 0, 0]] * 200)

    made = with_words_lost(tokens, 0.5, chance())

    lengths = set()
    for row in made.tolist():
        end = row.index(END)
        inner = row[1:end]
        assert row[0] == START
        assert inner == sorted(set(inner) & {5, 6, 7, 8})
        assert row[end + 1 :] == [0] * (7 - end)
        lengths.add(len(inner))
    assert lengths == {0, 1, 2, 3, 4}


def test_all_words_can_be_lost() -> None:
    made = with_words_lost(torch.tensor([[START, 5, END, 0]]), 1.0, chance())

    assert made.tolist() == [[START, END, 0, 0]]
