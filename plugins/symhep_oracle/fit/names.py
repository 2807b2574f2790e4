"""Names of matrices that everybody knows: J_z, K_x, D, lambda_3, P_t."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.lie.bases import dilatation, gl, lorentz, sl, so, su, translations, u
from symhep.lie.generators import Generators
from symhep_oracle.fit.fields import Fields, LinearFields, PolynomialFields

__all__ = ["NEAR", "RECOGNISED", "Recognised", "recognise", "towards_known"]

FloatArray = npt.NDArray[np.float64]

#: Overlap above which a generator is called by the name: the angle is below 10 degrees.
RECOGNISED = 0.985
#: Overlap above which a nameless one is said to be near: below 26 degrees.
NEAR = 0.9


@dataclass(frozen=True)
class Recognised:
    """The name nearest to a generator, ``overlap`` = |cos| of the angle to it, its sign, and its place in the list.

    ``near`` is the known matrix that a nameless X_n is nearest to, if the overlap exceeds `NEAR`.
    """

    name: str
    overlap: float
    sign: float
    place: int
    near: str = ""

    @property
    def known(self) -> bool:
        """Has it a name (or a formula) of its own?"""
        return not self.name.startswith("X_")

    @property
    def described(self) -> str:
        """'J_y', or 'X_1 (near J_y, overlap 0.975)'."""
        return f"{self.name} (near {self.near}, overlap {self.overlap:.3f})" if self.near else self.name


def recognise(coefficients: FloatArray, fields: Fields, minkowski: bool) -> list[Recognised]:
    """The known matrix nearest to each of the orthonormal rows ``coefficients`` (G, K).

    A row that is near none is 'X_1', 'X_2', ... (a polynomial field: its formula, if it is short), with the sign
    that makes its largest entry positive. ``minkowski`` vectors are (E, px, py, pz).

    >>> from symhep_oracle.oracles.layout import Layout
    >>> row = np.array([[0.0, 1.0, -1.0, 0.0]]) / np.sqrt(2)
    >>> recognise(row, LinearFields(Layout(1, 2)), False)
    [Recognised(name='J_12', overlap=1.0, sign=-1.0, place=0, near='')]
    """
    names, known = _catalogue(fields, minkowski)
    found, unnamed = [], 0
    for row in coefficients:
        cosines = known @ row
        best = int(np.argmax(np.abs(cosines).round(6))) if len(known) else 0
        if len(known) and abs(cosines[best]) > RECOGNISED:
            overlap = min(float(abs(cosines[best]).round(15)), 1.0)
            found.append(Recognised(names[best], overlap, float(np.sign(cosines[best])), best))
            continue
        sign = float(np.sign(row[np.argmax(np.abs(row).round(6))]))
        unnamed += 1
        name = _formula(sign * row, fields) or f"X_{unnamed}"
        overlap = float(np.abs(cosines).max(initial=0.0))
        near = names[best] if len(known) and overlap > NEAR else ""
        found.append(Recognised(name, overlap, sign, len(known) + unnamed, near))
    return found


def towards_known(rows: FloatArray, fields: Fields, minkowski: bool, tolerance: float) -> FloatArray:
    """Rotation (G, G) that puts known matrices in place of orthonormal ``rows`` (G, K) that have no name.

    Sparsity does not tell bases apart that a Weyl reflection maps to each other: diag(1, -1, 0) and
    diag(0, 1, -1) are alike. Known matrices that lie in the span of the nameless rows, within an angle
    ``tolerance``, and are orthogonal to each other, are taken in the order of the catalogue. A ``tolerance`` of 1 or
    more is that of rows of which nothing is known: they stay.
    """
    if tolerance >= 1:
        return np.eye(len(rows))
    _, known = _catalogue(fields, minkowski)
    rotation = np.eye(len(rows))
    overlaps = np.abs(known @ rows.T).max(axis=0, initial=0.0) if len(known) else np.zeros(len(rows))
    nameless = np.flatnonzero(overlaps < RECOGNISED)
    inside = known @ rows[nameless].T if len(known) else np.zeros((0, len(nameless)))
    chosen: list[FloatArray] = []
    for row in inside:
        size = float(np.linalg.norm(row))
        left = row - sum(((row @ c) * c for c in chosen), np.zeros_like(row))
        if 1 - size**2 <= tolerance**2 and np.linalg.norm(left) > 1 - 1e-9 - tolerance:
            chosen.append(left / np.linalg.norm(left))
    if chosen:
        basis = np.linalg.qr(np.stack(chosen, axis=1), mode="complete")[0].T
        basis[: len(chosen)] = chosen
        rotation[np.ix_(nameless, nameless)] = basis
    return rotation


def _catalogue(fields: Fields, minkowski: bool) -> tuple[list[str], FloatArray]:
    """Names and unit coefficient rows; of equal matrices the first name counts."""
    if not isinstance(fields, LinearFields):
        return [], np.zeros((0, fields.unknowns))
    names: list[str] = []
    rows: list[FloatArray] = []
    for basis in _bases(fields, minkowski):
        if basis.affine and not fields.affine:
            continue
        matrices = basis.matrices[:, :-1] if basis.affine else basis.matrices
        square = np.zeros((len(basis), matrices.shape[1] + 1, matrices.shape[1] + 1), dtype=matrices.dtype)
        square[:, :-1, : matrices.shape[2]] = matrices
        for label, row in zip(basis.labels, fields.coefficients(square), strict=True):
            unit = row / np.linalg.norm(row)
            if label not in names and not any(abs(unit @ r) > 1 - 1e-9 for r in rows):
                names.append(label)
                rows.append(unit)
    return names, np.array(rows)


def _bases(fields: LinearFields, minkowski: bool) -> Iterator[Generators]:
    d = fields.layout.dimension
    if fields.layout.complex:
        yield u(d)
        if d > 1:
            yield su(d)
            yield Generators("i su", 1j * su(d).matrices, tuple(f"i{s}" for s in su(d).labels))
        yield gl(d, field="C")
    else:
        if minkowski and d == 4:
            yield lorentz()
        elif d > 1:
            yield so(d)
            yield Generators(
                "shears", np.abs(so(d).matrices), tuple(s.replace("J", "K") for s in so(d).labels)
            )
        yield dilatation(d)
        if d > 1:
            yield sl(d)
        yield gl(d)
    yield translations(d)


def _formula(row: FloatArray, fields: Fields) -> str:
    """'x1 d1 - x2 d2' for a polynomial field of few terms, divided by its largest coefficient; else ''."""
    if not isinstance(fields, PolynomialFields):
        return ""
    largest = float(np.abs(row).max())
    terms = [(i, c / largest) for i, c in enumerate(row) if abs(c) > 1e-6 * largest]
    if len(terms) > 4:
        return ""
    text = ""
    for index, value in terms:
        component, monomial = divmod(index, len(fields.monomials))
        powers = " ".join(f"x{i + 1}" for i in fields.monomials[monomial])
        size = "" if abs(abs(value) - 1) < 1e-6 else f"{abs(value):.3g} "
        sign = "-" if value < 0 else "+"
        text += f" {sign} {size}{powers + ' ' if powers else ''}d{component + 1}"
    return (
        text.removeprefix(" + ").strip().replace("- ", "-", 1)
        if text.startswith(" -")
        else text.removeprefix(" + ")
    )
