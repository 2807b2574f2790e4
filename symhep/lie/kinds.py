"""What acts on vectors of which not all components are known: missing transverse momentum, three-momenta.

A map acts on a system of vectors if the components that are known of its image follow from those that are known of
the vector: with m the diagonal matrix of ones for the known components, x' = m (M x + b) needs m M (1 - m) = 0. For a
group element this makes x -> m (M x + b) an action: what follows one step after another is what follows at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.generators import Generators

__all__ = ["Defined", "Known", "defined_on", "why_undefined"]

FloatArray = npt.NDArray[np.float64]

#: Entries of a matrix below this share of its largest one are rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Known:
    """What is known of one vector, or of all vectors of one name.

    Attributes
    ----------
    name
        For messages: 'met'.
    components
        Names of those it has.
    massless
        E = |p| holds and must go on to hold.
    """

    name: str
    components: tuple[str, ...]
    massless: bool = False


@dataclass(frozen=True, eq=False)
class Defined:
    """The ``generators`` that act on a system, and why the others do not: (label, why) of ``left_out``."""

    generators: Generators
    left_out: tuple[tuple[str, str], ...]


def why_undefined(
    matrix: npt.ArrayLike, names: Sequence[str], vectors: Sequence[Known], *, element: bool
) -> str:
    """Why this map does not act on all of the ``vectors``; '' if it does.

    Parameters
    ----------
    matrix
        (d, d) linear or (d + 1, d + 1) affine: of a generator, x' = x + t (W x + b), or of an ``element`` x' = M x + b.
    names
        Of the d components.
    vectors
        What is known of each.
    element
        Is it an element of the group? For E = |p| the two differ.

    >>> from symhep.lie.bases import poincare
    >>> met = Known("met", ("px", "py"))
    >>> why_undefined(poincare()["K_x"], ("E", "px", "py", "pz"), [met], element=False)
    'it needs the E of met'
    >>> why_undefined(poincare()["K_z"], ("E", "px", "py", "pz"), [met], element=False)
    ''
    """
    given, d = np.asarray(matrix, dtype=np.float64), len(names)
    linear, shift = given[:d, :d], given[:d, d] if len(given) > d else np.zeros(d)
    floor = ROUNDING * float(np.abs(given).max(initial=0.0))
    for vector in vectors:
        known = np.array([name in vector.components for name in names], dtype=bool)
        needed = np.abs(linear[known][:, ~known]).max(axis=0, initial=0.0) > floor
        if needed.any():
            missing = [name for name, one in zip(np.array(names)[~known], needed, strict=True) if one]
            return f"it needs the {' and '.join(missing)} of {vector.name}"
        if vector.massless and not _keeps_cone(linear, shift, names, element):
            return f"{vector.name} would not stay massless"
    return ""


def defined_on(generators: Generators, names: Sequence[str], vectors: Sequence[Known]) -> Defined:
    """Those of ``generators`` that act on all ``vectors`` of components ``names``.

    Of missing transverse momentum beside four-momenta these are J_z, K_z and the translations, of which K_z, P_z and
    P_t leave it alone.

    Raises `LieError` if none of them does.

    >>> from symhep.lie.bases import lorentz
    >>> system = [Known("jets", ("E", "px", "py", "pz")), Known("met", ("px", "py"))]
    >>> kept = defined_on(lorentz(), ("E", "px", "py", "pz"), system)
    >>> kept.generators.labels, kept.left_out[0]
    (('J_z', 'K_z'), ('J_x', 'it needs the pz of met'))
    """
    why = {
        label: why_undefined(matrix, names, vectors, element=False)
        for label, matrix in zip(generators.labels, np.asarray(generators.matrices), strict=True)
    }
    left = tuple((label, reason) for label, reason in why.items() if reason)
    kept = [label for label, reason in why.items() if not reason]
    if not kept:
        told = "; ".join(f"{label}: {reason}" for label, reason in left[:3])
        raise LieError(
            f"no generator of {generators.name} is defined on these vectors ({told})",
            hint="name other generators, such as T, or use objects with all components",
        )
    return Defined(generators if not left else generators.subset(kept, generators.name), left)


def _keeps_cone(linear: FloatArray, shift: FloatArray, names: Sequence[str], element: bool) -> bool:
    """Is E^2 = p^2 kept? By a generator if W^T g + g W is a multiple of g, by an element if M^T g M is."""
    if tuple(names) != ("E", "px", "py", "pz"):
        return True
    metric = np.diag([1.0, -1.0, -1.0, -1.0])
    form = linear.T @ metric @ linear if element else linear.T @ metric + metric @ linear
    size = max(float(np.abs(linear).max(initial=0.0)) ** (2 if element else 1), ROUNDING)
    return bool(np.abs(form - form[0, 0] * metric).max() < ROUNDING * size * 10 and not shift.any())
