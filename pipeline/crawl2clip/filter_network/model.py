"""Run a CLIP in training: both towers in one call, a frozen tower only up to its projection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.score.clip.preprocess import Spec

if TYPE_CHECKING:
    import torch

AT_ONCE = 64  # images that go through a frozen tower together
MOST_SCALE = 4.6052  # ln 100, where CLIP stops its logit scale from growing


def frozen_part(clip: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """Freeze the image tower except for its last projection, and return the frozen part.

    Its output for an image never changes, so it can be cached.
    """
    trunk = getattr(clip.visual, "trunk", clip.visual)
    trunk.requires_grad_(False)
    trunk.eval()
    part: Callable[[torch.Tensor], torch.Tensor] = trunk
    return part


def through(
    part: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor, spec: Spec, device: str
) -> torch.Tensor:
    """Return the frozen part's output for uint8 pixels, on the CPU."""
    import torch

    with torch.inference_mode():
        made = [part(floats(some.to(device), spec)).cpu() for some in torch.split(images, AT_ONCE)]
    return torch.cat(made)


def floats(pixels: torch.Tensor, spec: Spec) -> torch.Tensor:
    """Normalise uint8 (N, H, W, 3) to (N, 3, H, W) in the model's range."""
    import torch

    mean, std = (
        torch.tensor(values, device=pixels.device).view(1, 3, 1, 1)
        for values in (spec.mean, spec.std)
    )
    return pixels.permute(0, 3, 1, 2).float().div_(255).sub_(mean).div_(std)


def cropped(images: torch.Tensor, least: float, chance: torch.Generator) -> torch.Tensor:
    """Crop each of (N, 3, H, W) to at least `least` of its area, and resize to the same size.

    Like open_clip's RandomResizedCrop of the scale (0.9, 1), but for a whole batch at once.
    """
    import torch

    draws = torch.rand(len(images), 4, generator=chance).to(images.device)
    side = (least + (1 - least) * draws[:, 0]).sqrt()
    stretch = torch.exp((draws[:, 1] - 0.5) * (1 - side))  # never beyond the border
    wide, tall = (side * stretch).clamp(max=1), (side / stretch).clamp(max=1)
    left, top = (2 * draws[:, 2] - 1) * (1 - wide), (2 * draws[:, 3] - 1) * (1 - tall)
    zero = torch.zeros_like(left)
    rows = torch.stack([wide, zero, left, zero, tall, top], dim=1)
    grid = torch.nn.functional.affine_grid(
        rows.view(-1, 2, 3), list(images.shape), align_corners=False
    )
    return torch.nn.functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def with_words_lost(tokens: torch.Tensor, share: float, chance: torch.Generator) -> torch.Tensor:
    """Return (N, context) with a random share of inner tokens removed and the rest moved up."""
    import torch

    place = torch.arange(tokens.shape[1])
    end = tokens.argmax(dim=1, keepdim=True)  # the end-of-text token is the largest of all
    inner = (place > 0) & (place < end)
    lost = inner & (torch.rand(tokens.shape, generator=chance) < share)
    order = (place + lost * tokens.shape[1]).argsort(dim=1)
    return tokens.masked_fill(lost, 0).gather(1, order)


def towers(clip: Any, training: TrainingSettings, spec: Spec) -> Any:
    """Return a module that maps (images, tokens) to unit vectors of both and the logit scale.

    images: uint8 pixels, or the output of the frozen part.
    """
    from torch import nn
    from torch.nn.functional import normalize

    class Towers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.clip = clip

        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            if training.frozen == "image":
                getattr(clip.visual, "trunk", clip.visual).eval()
            return self

        def forward(self, images: Any, tokens: Any, chance: Any = None) -> Any:
            if training.frozen == "image":
                head = clip.visual.head if hasattr(clip.visual, "trunk") else nn.Identity()
                seen = head(images)
            else:
                shown = floats(images, spec)
                if chance is not None and training.crop < 1:
                    shown = cropped(shown, training.crop, chance)
                seen = clip.encode_image(shown)
            read = clip.encode_text(tokens)
            scale = clip.logit_scale.clamp(max=MOST_SCALE).exp()
            return normalize(seen.float(), dim=-1), normalize(read.float(), dim=-1), scale

    return Towers()
