"""Functions of an event that have a name and that no seed chose: limits on discrete elements refer to them."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor

from symhep.lie.elements.frame import MOMENTA

__all__ = ["NamedFunctions"]

#: Triple products are made of the first vectors.
LEADING = 4


class NamedFunctions:
    """Components of the vectors, and of momenta in space pt and the triple products of the first four.

    Triple products a . (b x c) need three particles, (a x b)_z c_z two and the beam: what a density that breaks parity
    and nothing else shows (Lester and Tombs, arXiv:2205.09876).

    >>> NamedFunctions(("px", "py", "pz"), ("a", "b")).labels[-2:]
    ('(a x b)_z pz(a)', '(a x b)_z pz(b)')
    """

    def __init__(self, components: tuple[str, ...], vectors: tuple[str, ...]) -> None:
        called = [f"({v})" for v in vectors] if len(vectors) > 1 else [""]
        labels = [f"{c}{v}" for v in called for c in components]
        self._space = [components.index(c) for c in MOMENTA] if set(MOMENTA) <= set(components) else []
        first = vectors[:LEADING]
        self._triples, self._planes = (
            torch.tensor(list(combinations(range(len(first)), k)), dtype=torch.long).reshape(-1, k)
            for k in (3, 2)
        )
        if self._space:
            labels += [f"pt{v}" for v in called]
            labels += [f"{first[i]} . ({first[j]} x {first[k]})" for i, j, k in self._triples.tolist()]
            labels += [
                f"({first[i]} x {first[j]})_z pz({c})" for i, j in self._planes.tolist() for c in first
            ]
        self.labels = tuple(labels)

    def __call__(self, x: Tensor) -> Tensor:
        """(n, V, d) -> (n, K)."""
        parts = [x.flatten(1)]
        if self._space:
            parts.append(torch.linalg.vector_norm(x[..., self._space[:2]], dim=-1))
            p = x[:, :LEADING][..., self._space]
            i, j, k = self._triples.unbind(1)
            parts.append((p[:, i] * torch.linalg.cross(p[:, j], p[:, k])).sum(-1))
            i, j = self._planes.unbind(1)
            normal = p[:, i, 0] * p[:, j, 1] - p[:, i, 1] * p[:, j, 0]
            parts.append((normal[:, :, None] * p[:, None, :, 2]).flatten(1))
        return torch.cat(parts, dim=1)
