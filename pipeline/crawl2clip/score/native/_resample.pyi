from typing import Any

from numpy.typing import NDArray

def resized(
    pixels: NDArray[Any] | bytes,
    height: int,
    width: int,
    x_starts: NDArray[Any],
    x_weights: NDArray[Any],
    y_starts: NDArray[Any],
    y_weights: NDArray[Any],
) -> bytearray:
    """Pixels of (rows of y, columns of x, 3): weighted sums of those of (height, width, 3).

    starts: int32, the first pixel that each new one is made of. weights: int32, in 2^-22, as many
    for each. Raises ValueError where they reach beyond the image.
    """
