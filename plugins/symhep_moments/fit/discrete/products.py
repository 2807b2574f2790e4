"""Functions that tell an event from its images: components, their products, and pseudoscalars."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor

from symhep.lie.groups.elements.frame import Frame
from symhep_moments.fit.functions.squash import natural_size

__all__ = ["Products"]

#: Products are made of the components of the first vectors only, for their number grows with the square.
LEADING = 4
#: More components than this are not multiplied with each other.
WIDEST = 20


class Products:
    """Functions of the squashed vectors y_p = x_p / sqrt(d + |x_p|^2) of each event.

    - y_p,i of every vector;
    - y_p,i y_q,j of the first four vectors (of 20 components at most): what exchanges and mirrors change at
      second order;
    - where there are momenta in space, the pseudoscalars p_i . (p_j x p_k), which need three particles, and
      (p_i x p_j)_z p_k,z, which need two and the direction of the beam. A density that breaks parity and
      nothing else shows it in these alone (Lester and Tombs, arXiv:2111.00616; arXiv:2205.09876).

    The test functions of the continuous symmetries are sums over the vectors, and blind to exchanges.
    ``blocks`` names those that are few, in which a simple breaking stands out: 'linear', the first line, and
    'pseudoscalar', the triple products.

    >>> four = Products(Frame(("E", "px", "py", "pz"), ("a", "b", "c", "d")))
    >>> len(four.labels), four.labels[-1]
    (180, '(c x d)_z d_z')
    """

    def __init__(self, frame: Frame) -> None:
        self._size = natural_size(len(frame.components))
        d = len(frame.components)
        leading = frame.vectors[:LEADING]
        flat = [f"{c}({v})" for v in frame.vectors for c in frame.components]
        count = len(leading) * d if len(leading) * d <= WIDEST else 0
        self._pairs = torch.triu_indices(count, count)
        self._space = frame.space if frame.spatial else ()
        labels = flat + [f"{flat[i]} {flat[j]}" for i, j in self._pairs.T.tolist()]
        first = len(labels)
        self._triples = torch.tensor(list(combinations(range(len(leading)), 3)), dtype=torch.long).reshape(
            -1, 3
        )
        self._planes = torch.tensor(list(combinations(range(len(leading)), 2)), dtype=torch.long).reshape(
            -1, 2
        )
        self.blocks = {"linear": slice(0, len(flat))}
        if self._space:
            self.blocks["pseudoscalar"] = slice(first, first + len(self._triples))
            labels += [f"{leading[i]} . ({leading[j]} x {leading[k]})" for i, j, k in self._triples.tolist()]
            labels += [
                f"({leading[i]} x {leading[j]})_z {c}_z" for i, j in self._planes.tolist() for c in leading
            ]
        self.labels = tuple(labels)

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, d) -> (n, K)."""
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True)
        y = x / torch.hypot(length, length.new_tensor(self._size))
        flat = y.flatten(1)
        parts = [flat, flat[:, self._pairs[0]] * flat[:, self._pairs[1]]]
        if self._space:
            p = y[:, :LEADING][..., list(self._space)]
            i, j, k = self._triples.unbind(1)
            parts.append((p[:, i] * torch.linalg.cross(p[:, j], p[:, k])).sum(-1))
            i, j = self._planes.unbind(1)
            normal = p[:, i, 0] * p[:, j, 1] - p[:, i, 1] * p[:, j, 0]
            parts.append((normal[:, :, None] * p[:, None, :, 2]).flatten(1))
        return torch.cat(parts, dim=1)
