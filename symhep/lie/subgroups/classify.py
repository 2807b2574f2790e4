"""Which class of the catalogue a numerical subalgebra belongs to, and the element that conjugates it there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.generators import Matrices
from symhep.lie.structure import as_basis, numbers, structure_constants
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.conjugation import SOLVED, adjoint_exponential, embed
from symhep.lie.subgroups.inclusion import growing, random_starts

__all__ = ["Classification", "classify", "group_element"]

FloatArray = npt.NDArray[np.float64]

#: Starts of the search; the later ones only where the earlier ones found nothing.
STARTS = (4, 12, 48, 200)
#: Relative error of the entries where none is given: matrices are thought to be known to ten digits.
ROUNDING = 1e-10
#: Standard deviations of the largest principal angle that noise alone may reach.
MARGIN = 5.0


@dataclass(frozen=True, eq=False)
class Classification:
    """A class whose conjugate the given subalgebra is, within its errors.

    Attributes
    ----------
    found
        The class.
    parameters
        Of the member, where the class is a family.
    element
        (d, d) g with g A g^-1 = given, A the class's representative at these parameters.
    residual
        Sine of the largest principal angle that is left.
    tolerance
        What the errors allow of it.
    alternatives
        Less special classes that fit as well.

    Examples
    --------
    >>> from symhep.lie.bases import lorentz
    >>> screw = classify(lorentz().combination([[0, 2.0, 0, 0, -1.0, 0]]))  # 2 J_y - K_y
    >>> screw.found.name, round(screw.parameters["c"], 6), screw.residual < screw.tolerance
    ('four-screw', -0.5, True)
    """

    found: SubgroupClass
    parameters: dict[str, float]
    element: FloatArray
    residual: float
    tolerance: float
    alternatives: tuple[str, ...]

    def __str__(self) -> str:
        values = "".join(f", {name} = {value:.4g}" for name, value in self.parameters.items())
        found = self.found
        others = f"; also compatible: {'; '.join(self.alternatives)}" if self.alternatives else ""
        return (
            f"{found.name}{values} ({found.label}): {found.meaning}\n"
            f"conjugate to {found.written}; residual {self.residual:.1e}, the errors allow {self.tolerance:.1e}{others}"
        )


def classify(matrices: npt.ArrayLike, errors: float | None = None, *, seed: int = 0) -> Classification | None:
    """The class of a subalgebra of the Lorentz or Poincare algebra.

    Candidates are the classes of the same dimension, Lorentz part and translations; for each, the conjugation and the
    parameters that bring it closest are searched from many starts. Of those that fit within the errors the most
    special is taken: the one whose members fill the space of subalgebras least.

    Parameters
    ----------
    matrices
        (G, 4, 4) Lorentz, or (G, 5, 5) Poincare, homogeneous. Translations should be of order one in their units:
        parameters far beyond 100 may be missed.
    errors
        Standard error of the entries; None: 1e-10 of the largest.
    seed
        Of the starts.

    Returns
    -------
    Classification or None
        None if no class fits.

    Raises
    ------
    LieError
        For another shape, dependent generators, or matrices outside the algebra by more than the errors.

    Examples
    --------
    >>> from symhep.lie.bases import lorentz
    >>> turn = lorentz().combination([[0.0, 2.0, 0.0, 0.0, 0.0, 0.0]])
    >>> classify(turn).found.name
    'SO(2)'
    """
    x = as_basis(matrices)
    catalogue = _catalogue(x.shape[1])
    rows, tolerance = _coefficients(x, catalogue, errors)
    constants = structure_constants(catalogue.group.matrices).constants
    shift = _centring(rows, constants, tolerance)
    back = adjoint_exponential(-shift, constants)
    rows = np.linalg.qr(adjoint_exponential(shift, constants) @ rows.T)[0].T
    signature = growing(rows, tolerance)
    candidates = [
        c for c in catalogue.of_dimension(len(rows)) if (growing(next(c.members())) == signature).all()
    ]
    rng = np.random.default_rng(seed)
    for starts in STARTS:
        fits = [fit for c in candidates for fit in _fits(c, rows, constants, tolerance, starts, rng)]
        if fits:
            break
    else:
        return None
    special = {c.name: stratum(c, constants) for c, *_ in fits}
    fits.sort(key=lambda fit: (special[fit[0].name], fit[1]))
    best, residual, ad, values = fits[0]
    others = tuple(dict.fromkeys(c.name for c, *_ in fits if c is not best))
    element = group_element(back @ ad, catalogue)
    names = [p.name for p in best.parameters]
    return Classification(best, dict(zip(names, values, strict=True)), element, residual, tolerance, others)


def stratum(found: SubgroupClass, constants: FloatArray) -> int:
    """Dimension of the set of all subalgebras in the class: that of the group, less the normaliser, plus parameters.

    >>> from symhep.lie.bases import lorentz
    >>> f = structure_constants(lorentz().matrices).constants
    >>> [stratum(lorentz_subgroups()[name], f) for name in ("four-screw", "SO(2)", "null rotation")]
    [5, 4, 3]
    """
    q = np.linalg.qr(found.coefficients().T)[0]
    moved = np.einsum("ijk,ja->iak", constants, q)
    outside = moved - moved @ q @ q.T
    return int(np.linalg.matrix_rank(outside.reshape(len(constants), -1), tol=1e-9)) + len(found.continuous)


def _catalogue(size: int) -> Catalogue:
    if size == 4:
        return lorentz_subgroups()
    if size == 5:
        return poincare_subgroups()
    raise LieError(
        f"{size} x {size} matrices are neither Lorentz (4 x 4) nor Poincare (5 x 5) generators",
        hint="pass one particle's generators, homogeneous ones with translations",
    )


def _coefficients(x: Matrices, catalogue: Catalogue, errors: float | None) -> tuple[FloatArray, float]:
    """Orthonormal coefficient rows (G, n), and the sine of a principal angle that errors of the entries allow."""
    basis = catalogue.group.matrices.reshape(len(catalogue.group), -1)
    flat = x.reshape(len(x), -1)
    rows = np.linalg.lstsq(basis.T, flat.T, rcond=None)[0].T
    size = float(np.abs(flat).max())
    given = numbers(0.0 if errors is None else errors, "the error of the entries")
    if given.ndim or np.iscomplexobj(given) or not 0 <= given < np.inf:
        raise LieError(
            f"the error of the entries must be one number >= 0, not {str(errors)[:40]}",
            hint="pass the largest standard error of an entry",
        )
    noise = max(float(given), ROUNDING * size)
    outside = float(np.abs(flat - rows @ basis).max())
    if np.iscomplexobj(rows) or outside > MARGIN * noise:
        raise LieError(
            f"the matrices lie outside {catalogue.group.name} by {outside:.2g}, their error is {noise:.2g}",
            hint="pass their errors, or project them first",
        )
    _, values, right = np.linalg.svd(rows, full_matrices=False)
    if len(rows) > rows.shape[1] or values[-1] < MARGIN * noise * np.sqrt(len(rows)):
        raise LieError(
            "the generators are linearly dependent within their errors",
            hint="pass symhep.lie.spans.orthonormal's",
        )
    error = MARGIN * noise * (np.sqrt(len(rows)) + np.sqrt(rows.shape[1])) / values[-1]
    return right, max(SOLVED, float(error))


def _centring(rows: FloatArray, constants: FloatArray, tolerance: float) -> FloatArray:
    """Coefficients (n,) of the translation that leaves the Lorentz generators the least of translations.

    Those that belong to the subalgebra itself do not count. A search that starts from there has no distance to cover.
    """
    n = rows.shape[1]
    shift = np.zeros(n)
    if n == 6:
        return shift
    _, values, right = np.linalg.svd(rows[:, :6].T)
    rank = int((values > tolerance).sum())
    own = np.linalg.qr((right[rank:] @ rows[:, 6:]).T)[0]
    outside = np.eye(4) - own @ own.T
    turning = (right[:rank] @ rows) / values[:rank, None]  # orthonormal as Lorentz generators
    moved = np.einsum("aj,ijk->aki", turning, constants[6:])[:, 6:]  # [P_i, X_a]
    left, sizes, directions = np.linalg.svd((outside @ moved).reshape(-1, 4), full_matrices=False)
    able = sizes > max(tolerance, 1e-6)  # what only rounding seems to move stays
    wanted = left.T @ (turning[:, 6:] @ outside).ravel()
    shift[6:] = -directions[able].T @ (wanted[able] / sizes[able])
    return shift


def _fits(
    found: SubgroupClass,
    rows: FloatArray,
    constants: FloatArray,
    tolerance: float,
    count: int,
    rng: np.random.Generator,
) -> Iterator[tuple[SubgroupClass, float, FloatArray, list[float]]]:
    """Class, residual, adjoint matrix and parameters of every choice of signs that fits."""
    signed = list(found.signed())
    positive = np.array([[p.domain == "positive" for p in found.continuous]] * len(signed), dtype=bool)
    starts, values = random_starts(rng, count, len(constants), len(found.continuous))
    best = embed([r for _, r in signed], [rows] * len(signed), positive, constants, starts, values)
    for k in np.flatnonzero(best.residuals < tolerance):
        given = iter(signed[k][0]), iter(best.parameters[k])
        values_of = [float(next(given[p.domain != "sign"])) for p in found.parameters]
        yield found, float(best.residuals[k]), best.conjugations[k], values_of


def group_element(ad: FloatArray, catalogue: Catalogue) -> FloatArray:
    """The group element (d, d) with this adjoint matrix: g T_b g^-1 = sum_a ad[a, b] T_a, solved for g."""
    group = np.asarray(catalogue.group.matrices.real)
    moved = np.tensordot(ad.T, group, axes=1)
    d = group.shape[1]
    one = np.eye(d)
    # vec of g T_b - T'_b g = 0 for all b: g up to a factor, as only multiples of 1 commute with all generators
    equations = np.concatenate(
        [np.kron(one, t.T) - np.kron(m, one) for t, m in zip(group, moved, strict=True)]
    )
    g = np.linalg.svd(equations)[2][-1].reshape(d, d)
    return np.asarray(g / g[-1, -1] if d == 5 else g * np.sign(g[0, 0]) / np.abs(np.linalg.det(g)) ** 0.25)
