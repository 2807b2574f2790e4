"""What a parametrised family of transformations offers to whoever trains it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

__all__ = ["Family", "Nonlinear", "Pull", "Streams"]

#: (d f / dA, d f / db or None) -> d f / d parameters, at one point: see `Family.pull`.
Pull = Callable[[Tensor, Tensor | None], Tensor]

#: Width of the normal start of every parameter that no period bounds: rapidities, logarithms of scales, shears,
#: and translations, in units of the (scaled) data.
SPREAD = 0.5


class Streams(Protocol):
    """Random numbers with a leading replica axis, as `symhep.torchkit.streams.ReplicaStreams` draws them.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.torchkit.streams import ReplicaStreams, replica_seeds
    >>> streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 5))
    >>> streams.normal(2).shape, streams.uniform(3, 4).shape
    (torch.Size([5, 2]), torch.Size([5, 3, 4]))
    """

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers.

        Parameters
        ----------
        *shape
            Of one replica.

        Returns
        -------
        Tensor
            ``(R, *shape)``.
        """

    def uniform(self, *shape: int) -> Tensor:
        """Numbers that are uniform in [0, 1).

        Parameters
        ----------
        *shape
            Of one replica.

        Returns
        -------
        Tensor
            ``(R, *shape)``.
        """


class Family(ABC):
    """Affine maps g(x) = A x + b of R^d with K real parameters, batched over leading axes (the replicas).

    A subclass sets ``name``, ``labels`` and ``vector`` and gives `matrices`, `initial` and, if it moves the origin,
    `translations`. A parameter that chooses between discrete elements has gradient zero, so training leaves it as it
    is.

    Attributes
    ----------
    name
        Of the family.
    labels
        K names of the parameters.
    vector
        d.
    affine
        Whether g(x) = A x + b: not for a `Nonlinear` family.

    Examples
    --------
    >>> class Spiral(Family):
    ...     name, labels, vector = "spiral", ("t",), 2  # turn by t and grow by exp(t / 10)
    ...
    ...     def matrices(self, parameters):
    ...         t = parameters[..., 0]
    ...         turn = torch.stack([t.cos(), t.sin(), -t.sin(), t.cos()], -1).unflatten(-1, (2, 2))
    ...         return torch.exp(t / 10)[..., None, None] * turn
    ...
    ...     def initial(self, streams):
    ...         return 6 * streams.uniform(1) - 3
    >>> spiral, still = Spiral(), torch.zeros(1, 1)
    >>> len(spiral), spiral.matrices(still).shape, spiral.translations(still).tolist()
    (1, torch.Size([1, 2, 2]), [[0.0, 0.0]])
    >>> spiral.transform(still, torch.tensor([[3.0, 4.0]])).tolist()
    [[[3.0, 4.0]]]
    """

    name: str
    labels: tuple[str, ...]
    vector: int
    affine: bool = True

    def __len__(self) -> int:
        """Parameters K."""
        return len(self.labels)

    @abstractmethod
    def matrices(self, parameters: Tensor) -> Tensor:
        """A, by torch operations that keep the leading axes.

        Parameters
        ----------
        parameters
            (..., K) of any device and precision, usually (R, K).

        Returns
        -------
        Tensor
            (..., d, d), differentiable in the parameters.
        """

    def translations(self, parameters: Tensor) -> Tensor:
        """b; as it stands 0.

        Parameters
        ----------
        parameters
            (..., K).

        Returns
        -------
        Tensor
            (..., d), differentiable in the parameters.
        """
        return parameters.new_zeros(()).expand(*parameters.shape[:-1], self.vector)

    @abstractmethod
    def initial(self, streams: Streams) -> Tensor:
        """A random start of every replica.

        Parameters
        ----------
        streams
            All randomness comes from it.

        Returns
        -------
        Tensor
            (R, K).
        """

    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """g(x).

        Parameters
        ----------
        parameters
            (..., K).
        x
            (..., N, d) events, or (N, d) given to all replicas alike.

        Returns
        -------
        Tensor
            (..., N, d).
        """
        return x @ self.matrices(parameters).mT + self.translations(parameters)[..., None, :]

    def homogeneous(self, parameters: Tensor) -> Tensor:
        """((A, b), (0, 1)): products of these compose the maps.

        Parameters
        ----------
        parameters
            (..., K).

        Returns
        -------
        Tensor
            (..., d + 1, d + 1).

        Examples
        --------
        >>> from symhep.lie.groups.line import AffineLine
        >>> AffineLine().homogeneous(torch.tensor([[3.0, 2.0]])).tolist()
        [[[2.0, 3.0], [0.0, 1.0]]]
        """
        above = torch.cat([self.matrices(parameters), self.translations(parameters)[..., None]], -1)
        below = torch.zeros_like(above[..., :1, :])
        below[..., -1] = 1.0
        return torch.cat([above, below], -2)

    def pull(self, parameters: Tensor, by_matrix: Tensor, by_translation: Tensor | None = None) -> Tensor:
        """Gradient of a function f(A, b) with respect to the parameters.

        Families with a short formula have it in place of this automatic differentiation.

        Parameters
        ----------
        parameters
            (..., K).
        by_matrix
            d f / dA, (..., d, d).
        by_translation
            d f / db, (..., d); None: f does not depend on b.

        Returns
        -------
        Tensor
            (..., K).

        Examples
        --------
        >>> from symhep.lie.groups.line import AffineLine
        >>> AffineLine().pull(torch.zeros(1, 2), torch.ones(1, 1, 1), 5 * torch.ones(1, 1)).tolist()
        [[5.0, 1.0]]
        """
        # tensors of a training loop in inference mode take part as copies
        with torch.inference_mode(False), torch.enable_grad():
            leaf = parameters.detach().clone().requires_grad_()
            value = (self.matrices(leaf) * by_matrix.detach().clone()).sum()
            if by_translation is not None:
                value = value + (self.translations(leaf) * by_translation.detach().clone()).sum()
            return torch.autograd.grad(value, leaf)[0]

    def linearised(self, parameters: Tensor) -> tuple[Tensor, Pull]:
        """`matrices` and `pull` at one point: a family whose formulas share work does it once for both.

        Parameters
        ----------
        parameters
            (..., K).

        Returns
        -------
        tuple
            A, and the function (d f / dA, d f / db or None) -> d f / d parameters.

        Examples
        --------
        >>> from symhep.lie.groups.rotations import PlaneRotations
        >>> matrices, pull = PlaneRotations(2).linearised(torch.zeros(1, 1))
        >>> matrices.tolist(), pull(torch.tensor([[[0.0, 3.0], [1.0, 0.0]]]), None).tolist()
        ([[[1.0, 0.0], [0.0, 1.0]]], [[2.0]])
        """
        return self.matrices(parameters), partial(self.pull, parameters)


class Nonlinear(Family):
    """Maps that are no A x + b: a subclass gives `transform`, differentiable in the parameters, and `initial`.

    Examples
    --------
    >>> class Shear(Nonlinear):  # the map of Henon, which keeps areas
    ...     name, labels, vector = "Henon", ("a",), 2
    ...
    ...     def transform(self, parameters, x):
    ...         return torch.stack([x[..., 0], x[..., 1] - parameters * x[..., 0] ** 2], -1)
    ...
    ...     def initial(self, streams):
    ...         return streams.normal(1)
    >>> Shear().transform(torch.tensor([[1.0]]), torch.tensor([[[3.0, 5.0]]])).tolist()
    [[[3.0, -4.0]]]
    >>> Shear().matrices(torch.tensor([[1.0]]))
    Traceback (most recent call last):
    ...
    TypeError: the maps of Henon are not linear and have no matrix
    """

    affine = False

    def matrices(self, parameters: Tensor) -> Tensor:
        """There are none.

        Raises
        ------
        TypeError
            Always: the maps are not linear.
        """
        raise TypeError(f"the maps of {self.name} are not linear and have no matrix")

    @abstractmethod
    def transform(self, parameters: Tensor, x: Tensor) -> Tensor:
        """g(x), differentiable in the parameters.

        Parameters
        ----------
        parameters
            (R, K).
        x
            (R, N, d) events, or (N, d) given to all replicas alike.

        Returns
        -------
        Tensor
            (R, N, d).
        """
