"""What a parametrised family of transformations offers to whoever trains it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

from torch import Tensor

__all__ = ["Family", "Streams"]

#: Width of the normal start of every parameter that no period bounds: rapidities, logarithms of scales, shears,
#: and translations, in units of the (scaled) data.
SPREAD = 0.5


class Streams(Protocol):
    """Random numbers with a leading replica axis, as `symhep.torchkit.streams.ReplicaStreams` draws them."""

    def normal(self, *shape: int) -> Tensor:
        """Standard normal, (R, *shape)."""

    def uniform(self, *shape: int) -> Tensor:
        """Uniform in [0, 1), (R, *shape)."""


class Family(ABC):
    """Affine maps g(x) = A x + b of R^d with K real parameters, batched over leading axes (the replicas).

    A subclass sets ``name``, ``labels`` (one per parameter) and ``vector`` (d) and gives `matrices`, `initial` and,
    if it moves the origin, `translations`. Parameters are tensors (..., K) of any device and precision, usually
    (R, K). A parameter that chooses between discrete elements has gradient zero, so training leaves it as it is.
    """

    name: str
    labels: tuple[str, ...]
    vector: int

    def __len__(self) -> int:
        """Parameters K."""
        return len(self.labels)

    @abstractmethod
    def matrices(self, parameters: Tensor) -> Tensor:
        """A, (..., d, d)."""

    def translations(self, parameters: Tensor) -> Tensor:
        """b, (..., d)."""
        return parameters.new_zeros(()).expand(*parameters.shape[:-1], self.vector)

    @abstractmethod
    def initial(self, streams: Streams) -> Tensor:
        """A random start of every replica, (R, K)."""

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """g(x) for events x (..., N, d), or (N, d) given to all replicas alike: (..., N, d)."""
        return x @ self.matrices(parameters).mT + self.translations(parameters)[..., None, :]
