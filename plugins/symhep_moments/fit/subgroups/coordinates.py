"""Generators in the basis of a catalogue's group, and the classes that have members among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError
from symhep.lie.generators import Generators
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass, lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.conjugates import Conjugate, conjugates
from symhep.lie.subgroups.inclusion import growing
from symhep_moments.fit.subgroups.conjugate_fit import EXACT

__all__ = ["catalogue_of", "coordinates", "within"]

FloatArray = npt.NDArray[np.float64]


def catalogue_of(generators: Generators) -> Catalogue:
    """The Poincare catalogue if a translation is part of a generator of its group, else the Lorentz one.

    >>> from symhep.lie.bases import poincare
    >>> catalogue_of(poincare()).key, catalogue_of(poincare().subset(["J_z", "K_z"])).key
    ('poincare', 'lorentz')
    """
    whole = poincare_subgroups()
    translating = np.abs(coordinates(generators, whole)[1][6:]).max(initial=0.0) > EXACT
    return whole if translating else lorentz_subgroups()


def coordinates(generators: Generators, catalogue: Catalogue) -> tuple[FloatArray, FloatArray]:
    """Which combinations of generators lie in the catalogue's algebra, (G, G'), and their coefficients there, (n, G').

    Raises CardError for generators that do not act on four-vectors.

    >>> from symhep.lie.bases import dilatation, lorentz
    >>> inside, coefficients = coordinates(lorentz() + dilatation(4), lorentz_subgroups())
    >>> inside.shape, np.abs(inside[6]).max() < 1e-12  # the dilatation is left out
    ((7, 6), np.True_)
    """
    group = catalogue.group.homogeneous().matrices.reshape(len(catalogue.group), -1).real
    given = generators.homogeneous().matrices
    if given.shape[1] != 5 or np.iscomplexobj(given):
        raise CardError(
            f"{generators.name} acts on {generators.vector} components, but Poincare transformations act "
            "on (E, px, py, pz)",
            hint="test subgroups on four-momenta",
        )
    flat = given.reshape(len(given), -1)
    coefficients = np.linalg.lstsq(group.T, flat.T, rcond=None)[0]
    left = flat.T - group.T @ coefficients
    if np.abs(left).max(initial=0.0) < EXACT * np.abs(flat).max(initial=0.0):
        return np.eye(len(flat)), np.asarray(coefficients)
    _, sizes, right = np.linalg.svd(left)
    inside = right[int((sizes > EXACT).sum()) :].T
    return inside, np.asarray(coefficients @ inside)


def within(
    classes: Sequence[SubgroupClass], span: FloatArray, constants: FloatArray
) -> dict[str, list[Conjugate]]:
    """The classes some conjugate of which lies in the span of the columns (n, G), with such conjugates.

    None are sought where the span is everything.
    """
    n, g = span.shape
    if g == n:
        return {c.name: [] for c in classes}
    rows = np.linalg.qr(span)[0].T
    room = growing(rows, EXACT)
    possible = [c for c in classes if (growing(next(c.members())) <= room).all()]
    ends = conjugates(possible, rows, constants)
    inside = {name: [end for end in found if end.sine < EXACT] for name, found in ends.items()}
    return {name: found for name, found in inside.items() if found}
