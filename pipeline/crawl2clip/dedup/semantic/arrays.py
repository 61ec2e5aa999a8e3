"""What numpy arrays hold here; shapes stand in the docstrings."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Words = NDArray[np.uint64]
