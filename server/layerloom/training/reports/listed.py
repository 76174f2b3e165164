"""Arrays as JSON has them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def listed(array: NDArray[Any]) -> Any:  # Any: numbers, or lists of them to any depth
    """As lists (a number where there is no axis), with null for what is not finite: JSON has no NaN."""
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        shown = array.astype(object)
        shown[~np.isfinite(array)] = None
        return shown.tolist()
    return array.tolist()
