"""A named basis of a real matrix Lie algebra."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.errors import nearest
from symhep.lie.notation import parse_generators

__all__ = ["Generators", "Matrices"]

#: (G, d, d), float64 or complex128; of complex ones the real span is meant.
Matrices = npt.NDArray[np.inexact[Any]]


@dataclass(frozen=True, eq=False)
class Generators:
    """Matrices T_a with a label each; they act as x' = exp(theta_a T_a) x, without a factor i.

    Parameters
    ----------
    name
        Of the algebra: ``so(1,3)``.
    matrices
        (G, d, d), float64 or complex128 (then the real span is meant). Kept as a read-only copy.
    labels
        One per matrix, all different: ``J_x``, ``K_y``, ``lambda_3``, ``D``, ``P_t``.
    affine
        The matrices are homogeneous: they act on (x, 1), so d is one more than the length
        of x, the last column translates and the last row is zero.

    Raises
    ------
    ValueError
        Shapes or labels do not fit, entries are not finite, or the last row of an affine matrix is not zero.

    >>> turn = Generators("so(2)", np.array([[[0.0, -1.0], [1.0, 0.0]]]), ("J",))
    >>> len(turn), turn["J"].tolist()
    (1, [[0.0, -1.0], [1.0, 0.0]])
    """

    name: str
    matrices: Matrices
    labels: tuple[str, ...]
    affine: bool = False

    def __post_init__(self) -> None:
        given = np.asarray(self.matrices)
        held = np.array(given, dtype=np.complex128 if np.iscomplexobj(given) else np.float64)
        if held.ndim != 3 or held.shape[1] != held.shape[2]:
            raise ValueError(f"{self.name}: generators must be an array (G, d, d), not {held.shape}")
        if len(self.labels) != len(held):
            raise ValueError(
                f"{self.name}: {len(held)} matrices, but {len(self.labels)} labels; give one label per matrix"
            )
        twice = sorted({label for label in self.labels if self.labels.count(label) > 1})
        if twice:
            raise ValueError(f"{self.name}: '{twice[0]}' labels two generators; rename one")
        if not np.isfinite(held).all():
            raise ValueError(f"{self.name}: a matrix contains NaN or infinity; remove that generator")
        if self.affine and held[:, -1].any():
            raise ValueError(
                f"{self.name}: the last row of an affine generator must be zero; the translation is the "
                "last column"
            )
        held.setflags(write=False)
        object.__setattr__(self, "matrices", held)
        object.__setattr__(self, "labels", tuple(self.labels))

    def __len__(self) -> int:
        return len(self.matrices)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Matrices:
        """The matrices, so that whatever takes an array (G, d, d) takes generators.

        >>> from symhep.lie.bases import so
        >>> np.asarray(so(3)).shape
        (3, 3, 3)
        """
        return np.array(self.matrices, dtype=dtype) if copy else np.asarray(self.matrices, dtype=dtype)

    def __getitem__(self, label: str) -> Matrices:
        return self.matrices[self._position(label)]

    def __add__(self, other: Generators) -> Generators:
        """Both bases, one after the other; an affine and a linear one become affine together.

        >>> from symhep.lie.bases import dilatation, lorentz
        >>> (lorentz() + dilatation(4)).name
        'so(1,3) + R'
        """
        one, two = (self, other) if self.affine == other.affine else (self.homogeneous(), other.homogeneous())
        if one.size != two.size:
            raise ValueError(
                f"{self.name} acts on vectors of {self.vector} components, {other.name} on {other.vector}; "
                "bases can be combined only on the same space"
            )
        matrices = np.concatenate([one.matrices, two.matrices])
        return Generators(f"{one.name} + {two.name}", matrices, one.labels + two.labels, one.affine)

    @property
    def size(self) -> int:
        """Rows d of the matrices."""
        return int(self.matrices.shape[1])

    @property
    def vector(self) -> int:
        """Components of the vector acted on: d, or d - 1 for affine generators."""
        return self.size - self.affine

    def subset(self, labels: Iterable[str], name: str | None = None) -> Generators:
        """The generators with these labels, in this order.

        >>> from symhep.lie.bases import lorentz
        >>> lorentz().subset(["J_z", "K_z"], "so(2) + so(1,1)").labels
        ('J_z', 'K_z')
        """
        chosen = tuple(labels)
        positions = [self._position(label) for label in chosen]
        title = f"{self.name}: {', '.join(chosen)}" if name is None else name
        return Generators(title, self.matrices[positions], chosen, self.affine)

    def combination(self, coefficients: npt.ArrayLike) -> Matrices:
        """Sums sum_a c_a T_a: coefficients (..., G) give matrices (..., d, d).

        >>> from symhep.lie.bases import so
        >>> so(2).combination([[2.0], [0.5]])[:, 1, 0].tolist()
        [2.0, 0.5]
        """
        return np.tensordot(np.asarray(coefficients, dtype=np.float64), self.matrices, axes=1)

    def parse(self, text: str) -> Matrices:
        """Matrices (G, d, d) of comma-separated sums of ``[number *] label``, as the catalogues write them.

        Raises ``ValueError`` for an unknown label, or text that is no such sum.

        >>> from symhep.lie.bases import poincare
        >>> poincare().parse("J_z, K_z, P_t + 0.5*P_z")[2, :, -1].tolist()
        [1.0, 0.0, 0.0, 0.5, 0.0]
        """
        return self.combination(parse_generators(text, self.labels).constant)

    def homogeneous(self) -> Generators:
        """The same action on (x, 1): d grows by one; affine generators stay as they are."""
        if self.affine:
            return self
        return Generators(
            self.name, np.pad(self.matrices, ((0, 0), (0, 1), (0, 1))), self.labels, affine=True
        )

    def _position(self, label: str) -> int:
        if label not in self.labels:
            raise ValueError(f"{self.name} has no generator '{label}'; {nearest(label, self.labels)}")
        return self.labels.index(label)
