"""Names of semisimple algebras: types, real forms, and what the matrices make of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.algebra import LieAlgebra
from symhep.lie.identify.named import Named, join
from symhep.lie.real_forms import complex_names, real_form_names
from symhep.lie.roots import SimpleIdeal
from symhep.lie.structure import MatrixArray

__all__ = ["name_semisimple"]

#: Nodes whose coroots, added, are even on tensors and odd on spinors of the isomorphic orthogonal algebra.
SPIN_NODES = {"A_1": (0,), "B_2": (1,), "A_3": (0, 2)}
BIANCHI = {-3: "Bianchi IX", 1: "Bianchi VIII"}


def name_semisimple(algebra: LieAlgebra, x: MatrixArray) -> Named:
    """Name of a semisimple algebra with matrices ``x`` (G, d, d).

    Isomorphic names (su(2) or so(3), sl(2,C) or so(1,3), sp(4,R) or so(2,3), su(2,2) or so(2,4), ...) are
    told apart by the matrices: orthogonal if a rotation by 2 pi is 1 on all of them,
    that is if the eigenvalues of the coroot of the spin are even.
    """
    if not algebra.semisimple:
        raise MethodError(
            f"the Killing form of a Levi subalgebra of dimension {algebra.dimension} is degenerate"
        )
    ideals = algebra.simple_ideals
    rank = algebra.roots.shape[1]
    spins = [_spin(ideal, x) for ideal in ideals]
    names: list[str] = []
    aliases: list[str] = []
    for ideal, spin in zip(ideals, spins, strict=True):
        vector = spin is None or _even(spin)
        found = (
            complex_names(ideal.type, vector)
            if ideal.complex
            else real_form_names(ideal.type, ideal.character, vector)
        )
        if not found:
            raise MethodError(f"no real form of {ideal.type} has the character {ideal.character}")
        names.append(found[0])
        aliases += found[1:]
    if len(ideals) == 1:
        bianchi = [BIANCHI[ideals[0].character]] if algebra.dimension == 3 else []
        return Named(names[0], tuple(names), (*aliases, *bianchi), rank=rank)
    pair = [i for i in ideals if i.type == "A_1" and not i.complex]
    if len(ideals) == len(pair) == 2 and pair[0].character == pair[1].character:
        first, second = spins
        assert first is not None
        assert second is not None
        if _even(first + second) and not _even(first):
            whole, part = ("so(4)", "so(3)") if pair[0].character < 0 else ("so(2,2)", "so(1,2)")
            return Named(f"{whole} = {part} + {part}", (part, part), (join(names),), rank=rank)
    return Named(join(names), tuple(names), rank=rank)


def _spin(ideal: SimpleIdeal, x: MatrixArray) -> npt.NDArray[np.complex128] | None:
    """Matrix of the coroot that tells spinors from tensors, if there are isomorphic names to tell apart."""
    nodes = SPIN_NODES.get(ideal.type)
    if nodes is None:
        return None
    rank = int(ideal.type[2:])
    kept = [n + start for start in range(0, len(ideal.coroots), rank) for n in nodes]
    return np.tensordot(ideal.coroots[kept].sum(axis=0), x, 1)


def _even(coroot: npt.NDArray[np.complex128]) -> bool:
    """Whether all eigenvalues are even: integers but for errors, and odd ones come in pairs at least.

    Two odd ones are further from even numbers by 1 each than from integers, in the sum of squares; 1 divides.
    """
    eigenvalues = np.linalg.eigvals(coroot).real
    even = ((eigenvalues - 2 * np.rint(eigenvalues / 2)) ** 2).sum()
    return bool(even - ((eigenvalues - np.rint(eigenvalues)) ** 2).sum() < 1)
