"""Functions that tell an event from its images: components, their products, and pseudoscalars."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.fields import columnwise
from symhep_moments.fit.functions.squash import lengths, natural_size
from symhep_moments.places import Places

__all__ = ["Products", "member_sums"]

#: Products are made of the components of the first vectors only, for their number grows with the square.
LEADING = 4
#: More components than this are not multiplied with each other.
WIDEST = 20
#: Products, of size one, that agree but for this are the same.
ROUNDING = 1e-9


class Products:
    """Functions of the squashed vectors y_p = x_p / sqrt(d + |x_p|^2) of each event.

    - y_p,i of every vector;
    - y_p,i y_q,j of the first four vectors (of 20 components at most): what exchanges and mirrors change at
      second order;
    - where there are momenta in space, the pseudoscalars p_i . (p_j x p_k), which need three particles, and
      (p_i x p_j)_z p_k,z, which need two and the direction of the beam. A density that breaks parity and
      nothing else shows it in these alone (Lester and Tombs, arXiv:2111.00616; arXiv:2205.09876).

    The test functions of the continuous symmetries are sums over the vectors, and blind to exchanges.
    With ``places`` the members of a set, which have no order, stand as their sums (`member_sums`), and each component
    is multiplied with the spectators.

    ``blocks`` names those that are few, in which a simple breaking stands out: 'linear', the first line, and
    'pseudoscalar', the triple products.

    >>> four = Products(Frame(("E", "px", "py", "pz"), ("a", "b", "c", "d")))
    >>> len(four.labels), four.labels[-1]
    (180, '(c x d)_z d_z')
    """

    def __init__(self, frame: Frame, places: Places | None = None) -> None:
        self._places = places
        if places is not None and places.extended:
            frame = Frame(frame.components, tuple(_shown(places)))
        self._size = natural_size(len(frame.components))
        d = len(frame.components)
        leading = frame.vectors[:LEADING]
        flat = [f"{c}({v})" for v in frame.vectors for c in frame.components]
        count = len(leading) * d if len(leading) * d <= WIDEST else 0
        self._multiplied = count
        self._space = frame.space if frame.spatial else ()
        labels = flat + [f"{flat[i]} {flat[j]}" for i in range(count) for j in range(i, count)]
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
        self._seen = 0
        if places is not None and places.spectators:
            self._seen = places.spectators
            names = [f"spectator {s + 1}" for s in range(self._seen)]
            labels += [f"{name} {one}" for name in flat for one in names] + names
        self.labels = tuple(labels)

    def __call__(self, x: Tensor) -> Tensor:
        """(n, P, d), or (n, P, D), -> (n, K); see `symhep_moments.fit.fields.columnwise`."""
        d = x.shape[-1] if self._places is None else self._places.dimension
        x = columnwise(x)
        y = x[..., :d] / lengths(x[..., :d], self._size)[..., None]
        if self._places is not None and self._places.extended:
            y = member_sums(y, x, self._places)
        flat = y.permute(1, 2, 0).flatten(0, 1)  # (P d, n)
        parts = [flat, *(flat[i : self._multiplied] * flat[i] for i in range(self._multiplied))]
        if self._space:
            p = y[:, :LEADING].permute(2, 1, 0)[list(self._space)]
            i, j, k = self._triples.unbind(1)
            parts.append((p[:, i] * torch.linalg.cross(p[:, j], p[:, k], dim=0)).sum(dim=0))
            i, j = self._planes.unbind(1)
            normal = p[0, i] * p[1, j] - p[1, i] * p[0, j]
            parts.append((normal[:, None] * p[2]).flatten(0, 1))
        if self._seen:
            seen = x[:, 0, x.shape[-1] - self._seen :].T
            parts += [(flat[:, None] * seen).flatten(0, 1), seen]
        return torch.cat(parts).T

    def turned(self, element: Element) -> list[Tensor] | None:
        """L (K, K) of each further image g^j x, with products(g^j x) = products(x) L, found on random events.

        None where there is none: for members of sets, or for an element that changes lengths. Sums over the images of
        all events are then those over the events, times L.
        """
        if self._places is not None and self._places.extended:
            return None
        shape = (4 * len(self.labels), len(element.sources), len(element.matrix))
        x = torch.from_numpy(np.random.default_rng(0).normal(size=shape))
        # Triple products depend on each other.
        inverse = torch.linalg.pinv(self(x), rtol=ROUNDING)
        maps = [inverse @ self(image) for image in element.orbit(x)[1:]]
        pairs = zip(element.orbit(x)[1:], maps, strict=True)
        left = [float((self(image) - self(x) @ turn).abs().max()) for image, turn in pairs]
        return maps if max(left, default=0.0) < ROUNDING else None


def _shown(places: Places) -> list[str]:
    """Names of the vectors of `member_sums`."""
    names = [places.vectors[p] for p in places.fixed]
    for name in places.members:
        names += [f"all {name}", f"all {name}, long"]
    kinds = [*(places.vectors[p] for p in places.fixed), *places.members]
    return names + [f"tag {i + 1} of {name}" for name in kinds for i in range(places.tags)]


def member_sums(y: Tensor, x: Tensor, places: Places) -> Tensor:
    """Vectors that stand for an event: those of fixed places; of a set sum y and sum |y|^2 y; and tags times vectors.

    Parity-odd functions need three different vectors, which the two sums of one set, and another vector, are.
    """
    d, length = places.dimension, (y**2).sum(dim=-1, keepdim=True)
    found = [y[:, p] for p in places.fixed]
    for where in places.members.values():
        found += [y[:, where].sum(dim=1), (y * length)[:, where].sum(dim=1)]
    groups = [*([p] for p in places.fixed), *places.members.values()]
    tagged = [
        (y[:, own] * x[:, own, d + 1 + i, None]).sum(dim=1) for own in groups for i in range(places.tags)
    ]
    return torch.stack(found + tagged, dim=1)
