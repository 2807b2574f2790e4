"""Elements that move events off the surface that holds them all: excluded without a test, as generators are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.stats.constraints import constraints
from symhep.stats.support import affine_hull, quadrics

__all__ = ["Surface"]

FloatArray = npt.NDArray[np.float64]

#: Residuals below this share of what the displacement of the events could have made of them are none.
KEPT = 1e-3
#: Most monomials for which quadratic equations of all vectors together are sought.
MOST_MONOMIALS = 400
#: Points per monomial: an equation holds for all or is none.
PER_MONOMIAL = 4
#: Events that are looked at: an equation that fails for one transformed event in a thousand is not invariant.
POINTS = 5000


@dataclass(frozen=True, eq=False)
class Surface:
    """Linear and quadratic equations (x, 1)^T Q (x, 1) = 0 of the C numbers of each event.

    Attributes
    ----------
    forms
        (q, C + 1, C + 1) symmetric Q.
    quantities
        What is constant, for each of them; '' where it has no name.
    present
        (V, d) which components of the vectors the C numbers are.

    >>> p = np.random.default_rng(1).normal(size=(300, 1, 3))
    >>> shell = Surface.of(p / np.linalg.norm(p, axis=2, keepdims=True), ("px", "py", "pz"), particles=("a",))
    >>> some = p[:50] / np.linalg.norm(p[:50], axis=2, keepdims=True)
    >>> shell.left_by(some, -some), shell.left_by(some, some + 1)
    (None, 'it changes the squared length')
    """

    forms: FloatArray
    quantities: tuple[str, ...]
    present: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        x: FloatArray,
        names: Sequence[str],
        particles: Sequence[str] = (),
        present: npt.NDArray[np.bool_] | None = None,
    ) -> Surface:
        """Of events x (n, V, d): those that have a name first, then all."""
        has = np.ones(x.shape[1:], dtype=bool) if present is None else present
        named = [c for c in constraints(x, names, "", particles, has) if c.form is not None]
        flat = x.reshape(len(x), -1)[:, has.reshape(-1)]
        hull = affine_hull(flat)
        size = flat.shape[1] + 1
        planes = np.zeros((len(hull.normals), size, size))
        planes[:, -1, :-1] = planes[:, :-1, -1] = hull.normals / 2
        planes[:, -1, -1] = -hull.offsets
        forms = [np.array([c.form for c in named]).reshape(-1, size, size), planes]
        monomials = size * (size + 1) // 2
        if monomials <= MOST_MONOMIALS and len(flat) >= PER_MONOMIAL * monomials:
            found = quadrics(flat)
            shrink = np.r_[np.full(size - 1, 1 / found.unit), 1.0]
            forms.append(shrink[:, None] * found.forms * shrink)
        whole = np.concatenate(forms)
        return cls(whole, (*(c.quantity for c in named), *[""] * (len(whole) - len(named))), has)

    def left_by(self, x: FloatArray, images: FloatArray) -> str | None:
        """Why events x (n, V, d) and their ``images`` do not lie on the same surface; None if they do."""
        if not len(self.forms):
            return None
        kept = self.present.reshape(-1)
        before, after = (part.reshape(len(x), -1)[:, kept] for part in (x[:POINTS], images[:POINTS]))
        way = float(np.sqrt(((after - before) ** 2).sum(axis=1).mean()))
        if way == 0:
            return None
        ends = np.c_[after, np.ones(len(after))]
        left = np.einsum("ni,qij,nj->qn", ends, self.forms, ends, optimize=True)
        slopes = 2 * np.einsum("qij,nj->qni", self.forms[:, :-1], np.c_[before, np.ones(len(before))])
        reach = np.sqrt((slopes**2).sum(axis=2).mean(axis=1)) * way
        broken = np.sqrt((left**2).mean(axis=1)) > KEPT * np.where(reach > 0, reach, np.inf)
        if not broken.any():
            return None
        named = [name for name, off in zip(self.quantities, broken, strict=True) if off and name]
        return (
            f"it changes {' and '.join(named[:2])}"
            if named
            else "it does not preserve the surface on which the events lie"
        )
