"""Parameters of many replicas in one flat vector, so that one optimiser step serves them all."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["ReplicaParameters"]


class ReplicaParameters:
    """Named tensors (R, ...) that are views into one vector, with a gradient vector beside it.

    Each name is one contiguous block with the replica axis first, so a layer of
    all replicas is one batched matrix product, and an optimiser sees two vectors.

    Parameters
    ----------
    shapes
        name -> shape without the replica axis.
    replicas
        R.
    dtype
        Of the values: single precision to train, double to differentiate what was trained.
    autograd
        Make the tensors leaves whose ``.grad`` is the view into ``gradients``. Call
        ``gradients.zero_()`` before each backward pass. Without it the gradients
        are written out by hand.

    >>> p = ReplicaParameters({"weight": (2, 3), "bias": (1, 3)}, replicas=4)
    >>> p["weight"].shape, p.values.shape
    (torch.Size([4, 2, 3]), torch.Size([36]))
    """

    def __init__(
        self,
        shapes: Mapping[str, tuple[int, ...]],
        replicas: int,
        device: str | torch.device = "cpu",
        *,
        autograd: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.replicas = replicas
        total = replicas * sum(prod(shape) for shape in shapes.values())
        self.values = torch.zeros(total, device=device, dtype=dtype)
        self.gradients = torch.zeros(total, device=device, dtype=dtype)
        self._values: dict[str, Tensor] = {}
        self._gradients: dict[str, Tensor] = {}
        start = 0
        for name, shape in shapes.items():
            block = slice(start, start + replicas * prod(shape))
            start = block.stop
            view = self.values[block].view(replicas, *shape)
            slope = self.gradients[block].view(replicas, *shape)
            if autograd:
                view = view.detach().requires_grad_()
                view.grad = slope
            self._values[name], self._gradients[name] = view, slope

    def __getitem__(self, name: str) -> Tensor:
        return self._values[name]

    def gradient(self, name: str) -> Tensor:
        """The view (R, ...) into the gradient vector."""
        return self._gradients[name]

    @torch.no_grad()
    def clip(self, maximum: float) -> None:
        """Shrink each replica's gradient to a norm of at most ``maximum``: one replica's jump is its own.

        >>> p = ReplicaParameters({"a": (2,)}, replicas=2)
        >>> _ = p.gradient("a").copy_(torch.tensor([[3.0, 4.0], [0.3, 0.4]]))
        >>> p.clip(1.0)
        >>> [round(g, 6) for g in p.gradient("a").flatten().tolist()]
        [0.6, 0.8, 0.3, 0.4]
        """
        square = sum(slope.flatten(1).square().sum(dim=1) for slope in self._gradients.values())
        shrink = (maximum / torch.as_tensor(square).sqrt()).clamp_(max=1.0)
        for slope in self._gradients.values():
            slope.mul_(shrink.view(-1, *[1] * (slope.dim() - 1)))

    def names(self) -> tuple[str, ...]:
        """In storage order."""
        return tuple(self._values)

    def arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """Copies as numpy arrays, replica axis first: what a checkpoint holds."""
        return {name: value.detach().cpu().numpy().copy() for name, value in self._values.items()}

    def load(self, arrays: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Set the values from `arrays` of an ensemble of the same shapes.

        Raises ``ValueError`` when names or shapes differ.
        """
        if set(arrays) != set(self._values):
            raise ValueError(
                f"the checkpoint contains {sorted(arrays)}, but {sorted(self._values)} are required"
            )
        with torch.no_grad():
            for name, view in self._values.items():
                if arrays[name].shape != tuple(view.shape):
                    raise ValueError(f"'{name}' needs shape {tuple(view.shape)}, got {arrays[name].shape}")
                view.copy_(torch.from_numpy(np.ascontiguousarray(arrays[name])))
