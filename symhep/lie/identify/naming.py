"""The name of any algebra: direct sums with a centre, semidirect products, and the cases in between."""

from __future__ import annotations

import re

import numpy as np

from symhep.errors import MethodError
from symhep.lie.algebra import LieAlgebra, Subspace
from symhep.lie.identify.commuting import name_commuting
from symhep.lie.identify.named import Named, join
from symhep.lie.identify.semisimple import name_semisimple
from symhep.lie.identify.solvable import describe_solvable, name_solvable
from symhep.lie.noise import decide_rank, kernel, row_space
from symhep.lie.structure import FloatArray, MatrixArray

__all__ = ["name_algebra"]


def name_algebra(algebra: LieAlgebra, x: MatrixArray) -> Named:
    """Name of the algebra spanned by the matrices of which ``x`` (B, G, d, d) are samples."""
    if algebra.abelian:
        return name_commuting(x, algebra.decisions)
    if algebra.semisimple:
        return name_semisimple(algebra, x[0])
    centre = _central_summand(algebra)
    if centre is not None:
        return _with_centre(algebra, x, centre)
    if algebra.solvable:
        return name_solvable(algebra)
    if not algebra.radical.dimension:
        raise MethodError("the Killing form is degenerate, but the radical is zero: the errors are too large")
    return _semidirect(algebra, x)


def _restricted(x: MatrixArray, part: FloatArray) -> MatrixArray:
    return np.einsum("zgij,zga->zaij", x, part, optimize=True)


def _central_summand(algebra: LieAlgebra) -> FloatArray | None:
    """Part (B, G, k) of the centre outside [g, g]: an abelian direct summand."""
    z, d = algebra.centre.samples, algebra.derived.samples
    if not z.shape[2]:
        return None
    outside = np.swapaxes(z - d @ (np.linalg.pinv(d) @ z), 1, 2)
    decision = decide_rank(np.swapaxes(outside, 1, 2), "dimension of the centre outside [g, g]", 1.0)
    algebra.decisions.append(decision)
    if not decision.rank:
        return None
    return z @ row_space(np.swapaxes(outside, 1, 2), decision.rank)


def _with_centre(algebra: LieAlgebra, x: MatrixArray, centre: FloatArray) -> Named:
    """Direct sum of an abelian algebra and the rest, which contains [g, g]."""
    d = algebra.derived.samples
    outside = centre - d @ (np.linalg.pinv(d) @ centre)
    rest = kernel(np.swapaxes(outside, 1, 2), centre.shape[2])
    first = name_algebra(algebra.restrict(Subspace(rest)), _restricted(x, rest))
    special = re.fullmatch(r"(su|sl)\((.*)\)", first.name)
    unitary = special is not None and special[1] == "su"
    second = name_commuting(_restricted(x, centre), algebra.decisions, unitary)
    parts = (*first.parts, *second.parts)
    name = join([re.sub(r"solvable, dim \d+, ", "", first.name), second.name.removeprefix("abelian ")])
    if special and unitary and second.name == "u(1)":
        name = f"u({special[2]}) = {name}"
    elif special and special[2].endswith("R") and second.name == "R":
        name = f"gl({special[2]}) = {name}"
    isomorphic = ("Bianchi III",) if name.startswith("affine line + ") and algebra.dimension == 3 else ()
    return Named(name, parts, isomorphic, first.parameters, first.rank)


def _semidirect(algebra: LieAlgebra, x: MatrixArray) -> Named:
    """Semidirect product of the Levi subalgebra and a radical on which it acts."""
    levi = algebra.levi.samples
    part = algebra.restrict(algebra.levi)
    first = name_semisimple(part, _restricted(x, levi)[0])
    radical = algebra.restrict(algebra.radical)
    signature = _invariant_form(algebra, levi)
    if signature is not None:
        p, q = sorted(signature)
        n = p + q
        motion = f"e({n})" if p == 0 else f"iso({p},{q})"
        if algebra.radical.dimension == n:
            return Named(motion, (first.name, f"R^{n}"), (f"{first.name} |x R^{n}",), rank=first.rank)
        if algebra.radical.dimension == n + 1:
            group = f"sim({n})" if p == 0 else f"sim({p},{q})"
            return Named(f"{group} = {motion} |x R", (first.name, "R", f"R^{n}"), rank=first.rank)
    if _is_galilei(algebra, first, radical):
        return Named("galilei(3)", (first.name, "nilpotent, dim 7"), rank=first.rank)
    text = describe_solvable(radical)
    acting = first.name.partition(" = ")[0]
    acting = f"({acting})" if " + " in acting else acting
    name = f"{acting} |x {text if text.startswith('R') else f'({text})'}"
    return Named(name, (first.name, text), rank=first.rank)


def _is_galilei(algebra: LieAlgebra, levi: Named, radical: LieAlgebra) -> bool:
    """so(3) with boosts, translations and time: of the two nilpotent radicals 3 + 3 + 1 with derived dimension 3,
    [H, B] = P and not [B, B] = P, for which H would be a centre."""
    return (
        levi.name in ("so(3)", "su(2)")
        and radical.dimension == 7
        and radical.nilpotent
        and radical.derived.dimension == 3
        and algebra.centre.dimension == 0
    )


def _invariant_form(algebra: LieAlgebra, levi: FloatArray) -> tuple[int, int] | None:
    """Signature (p, q) of the quadratic form on an abelian nilradical R^n if the Levi subalgebra is its so(p, q).

    It is if it has the dimension n (n - 1) / 2 and leaves one symmetric form g invariant, up to a
    factor, A^T g + g A = 0, which is nondegenerate.
    """
    nil = algebra.nilradical
    n, s = nil.dimension, levi.shape[2]
    if n < 3 or s != n * (n - 1) // 2:
        return None
    if algebra.bracket(nil, nil, "whether the nilradical is abelian").dimension:
        return None
    acting = np.einsum("zabc,zai,zbj->zijc", algebra.samples, levi, nil.samples, optimize=True)
    a = np.swapaxes(acting @ np.swapaxes(np.linalg.pinv(nil.samples), 1, 2)[:, None], 2, 3)
    first, second = np.triu_indices(n)
    forms = np.zeros((len(first), n, n))
    forms[np.arange(len(first)), first, second] = forms[np.arange(len(first)), second, first] = 1
    moved = np.einsum("zsji,pjk->zspik", a, forms, optimize=True)
    moved = moved + np.swapaxes(moved, 3, 4)
    rows = np.moveaxis(moved, 2, 4).reshape(len(a), -1, len(first))
    decision = decide_rank(rows, "number of invariant forms on the nilradical")
    algebra.decisions.append(decision)
    if decision.rank != len(first) - 1:
        return None
    form = np.einsum("zp,pij->zij", kernel(rows, decision.rank)[:, :, 0], forms)
    rank = decide_rank(form, "rank of the invariant form")
    algebra.decisions.append(rank)
    values = np.linalg.eigvalsh(form[0])
    return (int((values > 0).sum()), int((values < 0).sum())) if rank.rank == n else None
