"""Fixed arrays that are copied to each device once, so that no training step waits for a copy."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["Constant"]


class Constant:
    """An array, given out on the device and in the precision of the tensor it is combined with.

    ``index``: whole numbers that stay so, to index with.

    >>> import numpy as np
    >>> eye = Constant(np.eye(2))
    >>> eye.like(torch.zeros(1)).dtype, eye.like(torch.zeros(1)) is eye.like(torch.ones(1))
    (torch.float32, True)
    """

    def __init__(self, array: npt.NDArray[Any], *, index: bool = False) -> None:
        self._array, self._index = array, index
        self._copies: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def like(self, tensor: Tensor) -> Tensor:
        """The array as a tensor of the same device and precision."""
        dtype = torch.int64 if self._index else tensor.dtype
        key = (tensor.device, dtype)
        if key not in self._copies:
            # a copy first asked for in inference mode must serve training too
            with torch.inference_mode(False):
                self._copies[key] = torch.as_tensor(self._array, dtype=dtype, device=tensor.device)
        return self._copies[key]
