"""Discrete elements of a search space, as matrices that act on the rows of events."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, as_card_error
from symhep.lie.elements import Element, Frame, read_element
from symhep.lie.generators import Generators
from symhep.lie.groups import reflections, space_and_time_inversions
from symhep_symmetrygan.sample import Events

__all__ = ["frame_of", "generated_elements", "named_elements", "refuse_unless_normal"]

FloatArray = npt.NDArray[np.float64]

#: Components are drawn with equal probability: more than this and each would be searched by few restarts.
MOST = 48
ROUNDING = 1e-9


def frame_of(events: Events) -> Frame:
    """What elements may name of these events: components, and vectors by name or number."""
    return Frame.of(events.components, events.objects, events.particles)


def named_elements(names: Sequence[str], events: Events) -> dict[str, FloatArray]:
    """Matrices (D, D) of the discrete elements ``names``.

    'exchange' stands for the exchanges of two vectors, 'reflection' for that of the last coordinate; of four-momenta P,
    T and PT are the components of the Lorentz group, so T reverses energies. All else is read as by
    `symhep.lie.elements.read_element`, which raises `CardError`.
    """
    found: dict[str, FloatArray] = {}
    frame, inversions = frame_of(events), space_and_time_inversions()
    for name in names:
        if name == "exchange":
            if events.particles < 2:
                raise CardError("'exchange' needs at least two vectors", where="components", hint="remove it")
            for i, j in combinations(range(1, events.particles + 1), 2):
                found[f"exchange({i},{j})"] = read_element(f"exchange({i},{j})", frame).whole
        elif name == "reflection":
            found[name] = reflections(events.size)[1]
        elif events.momenta and name in ("P", "T", "PT"):
            number = ("P", "T", "PT").index(name) + 1
            found[name] = np.kron(np.eye(events.particles), inversions[number])
        else:
            with as_card_error("elements"):
                element: Element = read_element(name, frame)
            found[element.name] = element.whole
    return found


def generated_elements(elements: dict[str, FloatArray], size: int) -> tuple[tuple[str, ...], FloatArray]:
    """Names and matrices (M, D, D) of the group that elements (D, D) generate, the identity '1' first.

    Raises `CardError` beyond 48 of them.

    >>> names, matrices = generated_elements({"P": -np.eye(2), "mirror": np.diag([1.0, -1.0])}, 2)
    >>> names
    ('1', 'P', 'mirror', 'mirror*P')
    """
    names, matrices = ["1"], [np.eye(size)]
    at = 0
    while at < len(matrices):
        for name, matrix in elements.items():
            product = matrix @ matrices[at]
            if any(np.abs(product - known).max() < ROUNDING for known in matrices):
                continue
            names.append(name if at == 0 else f"{name}*{names[at]}")
            matrices.append(product)
            if len(matrices) > MOST:
                raise CardError(
                    f"{', '.join(elements)} generate more than {MOST} elements",
                    where="components",
                    hint="use fewer",
                )
        at += 1
    return tuple(names), np.stack(matrices)


def refuse_unless_normal(elements: dict[str, FloatArray], generators: Generators, name: str) -> None:
    """Raise `CardError` for an element whose conjugation leaves the span of the affine generators.

    Without that, products of discrete elements and continuous ones are no group, and have no common tangents.
    """
    flat = generators.matrices.reshape(len(generators), -1).real
    basis = np.linalg.qr(flat.T)[0]
    for label, matrix in elements.items():
        whole = np.pad(matrix, ((0, 1), (0, 1)))
        whole[-1, -1] = 1.0
        moved = (whole @ generators.matrices.real @ np.linalg.inv(whole)).reshape(len(generators), -1)
        if np.abs(moved.T - basis @ (basis.T @ moved.T)).max() > ROUNDING * np.abs(flat).max():
            raise CardError(
                f"'{label}' does not map {name} to itself, so that the space would not be a group",
                where="components",
                hint="remove it, or search a larger space",
            )
