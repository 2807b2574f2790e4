"""What test functions are: K smooth bounded functions of an event, with their derivatives along vector fields."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import Tensor

__all__ = ["TestFunctions"]


class TestFunctions(ABC):
    """K functions f_k of the P vectors of an event.

    A complete set of them::

        class Components(TestFunctions):
            labels = ("x1", "x2")
            blocks = {"low": slice(0, 2)}

            def values(self, x):
                return x.sum(dim=1)

            def along(self, x, v):
                return v.sum(dim=2).transpose(1, 2)

    Attributes
    ----------
    labels
        K names.
    blocks
        Name of a group of functions -> which they are. Together they hold each function once.
    """

    __test__ = False  # no class of tests, whatever pytest thinks of its name
    labels: tuple[str, ...]
    blocks: Mapping[str, slice]

    @property
    def count(self) -> int:
        """K."""
        return len(self.labels)

    @abstractmethod
    def values(self, x: Tensor) -> Tensor:
        """f_k(x_n): (n, P, d) -> (n, K)."""

    @abstractmethod
    def along(self, x: Tensor, v: Tensor) -> Tensor:
        """Directional derivatives sum_p grad_p f_k(x_n) . v_ap(x_n): (n, P, d), (n, G, P, d) -> (n, K, G)."""

    def sum_along(self, x: Tensor, v: Tensor, w: Tensor) -> Tensor:
        """sum_n w_n times the derivatives `along`: weights (n,) -> (K, G).

        To be overridden where the sum over events factorises: a matrix product needs no (n, K, G).
        """
        return torch.einsum("n,nkg->kg", w, self.along(x, v))
