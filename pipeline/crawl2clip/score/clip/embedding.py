"""Embed batches of pixels and tokens as unit vectors on the model's device."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

    from crawl2clip.score.clip.models import LoadedModel

Precision = Literal["fp16", "bf16", "fp32"]
Vectors = NDArray[np.float32]


class Embedded(NamedTuple):
    """Unit vectors of images and texts, both float32 (N, D), in input order."""

    images: Vectors
    texts: Vectors

    def scores(self) -> NDArray[np.float32]:
        """Return the cosine of each pair, (N,); NaN where half precision overflowed."""
        found: NDArray[np.float32] = np.einsum("nd,nd->n", self.images, self.texts)
        return found


@dataclass
class Embedder:
    """A model that embeds batches.

    precision: of the model's arithmetic on a GPU; a CPU computes in fp32, as half precision is
    slower there. most: pairs processed at a time, halved whenever the device runs out of memory.
    """

    model: LoadedModel
    precision: Precision = "fp16"
    most: int = 1 << 30

    def embed(self, pixels: torch.Tensor, tokens: torch.Tensor) -> Embedded:
        """Embed pixels, uint8 (N, H, W, 3), and tokens, (N, context).

        Both on the CPU, best pinned.
        """
        if not len(pixels):
            return Embedded(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.float32))
        parts, start = [], 0
        while start < len(pixels):
            stop = min(start + self.most, len(pixels))
            part = self._tried(pixels[start:stop], tokens[start:stop])
            if part is not None:
                parts.append(part)
                start = stop
        return Embedded(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _tried(self, pixels: torch.Tensor, tokens: torch.Tensor) -> Embedded | None:
        """Embed a batch; if the device runs out of memory, halve `most` and return None."""
        import torch

        try:
            return self._embedded(pixels, tokens)
        except torch.OutOfMemoryError:
            self._halve(len(pixels))
            return None

    def _halve(self, size: int) -> None:
        import torch

        if size == 1:
            raise MemoryError(f"{self.model.device} has no room for a single pair")
        self.most = size // 2
        torch.cuda.empty_cache()  # does nothing without a GPU

    def _embedded(self, pixels: torch.Tensor, tokens: torch.Tensor) -> Embedded:
        import torch
        from torch.nn.functional import normalize

        clip, device = self.model.clip, self.model.device
        with torch.inference_mode(), self._autocast():
            images = clip.encode_image(self._floats(pixels.to(device, non_blocking=True)))
            texts = clip.encode_text(tokens.to(device, non_blocking=True))
            found = [normalize(vectors.float(), dim=-1).cpu() for vectors in (images, texts)]
        return Embedded(*(vectors.numpy() for vectors in found))

    def _floats(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return pixels normalised for the model, (N, 3, H, W), in channels-last memory."""
        import torch

        spec = self.model.spec
        mean, std = (
            torch.tensor(values, device=pixels.device).view(1, 3, 1, 1)
            for values in (spec.mean, spec.std)
        )
        return pixels.permute(0, 3, 1, 2).float().div_(255).sub_(mean).div_(std)

    def _autocast(self) -> AbstractContextManager[object]:
        import torch

        if self.precision == "fp32" or not self.model.device.startswith("cuda"):
            return nullcontext()
        half = torch.float16 if self.precision == "fp16" else torch.bfloat16
        return torch.autocast("cuda", dtype=half)
