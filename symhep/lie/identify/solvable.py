"""Names of solvable algebras: Bianchi types, Heisenberg algebras, similitudes of the plane."""

from __future__ import annotations

import numpy as np

from symhep.errors import MethodError
from symhep.lie.algebra import LieAlgebra
from symhep.lie.identify.named import Named
from symhep.lie.noise import decide_rank, kernel
from symhep.lie.structure import FloatArray

__all__ = ["describe_solvable", "name_solvable"]


def name_solvable(algebra: LieAlgebra) -> Named:
    """Name of a solvable algebra that is not abelian and has no abelian direct summand."""
    n = algebra.dimension
    if algebra.derived.dimension == n:
        raise MethodError("within the errors the Killing form may vanish, although [g, g] = g")
    if n == 2:
        return Named("solvable, dim 2, affine line", ("affine line",), ("Borel of sl(2,R)",))
    if algebra.derived.dimension == 1 and algebra.centre.dimension == 1:
        return Named(f"heisenberg h{n}", (f"h{n}",), ("Bianchi II",) if n == 3 else ())
    if n == 3:
        return _bianchi(algebra)
    if n == 4 and algebra.nilradical.dimension == 2:
        similitude = _plane_similitude(algebra)
        if similitude:
            return similitude
    text = describe_solvable(algebra)
    return Named(text, (text,))


def describe_solvable(algebra: LieAlgebra) -> str:
    """``R^3``, ``nilpotent, dim 4`` or ``solvable, dim 4 (derived 3, 1; nilradical 3)``."""
    n = algebra.dimension
    if algebra.abelian:
        return "R" if n == 1 else f"R^{n}"
    derived = ", ".join(str(term.dimension) for term in algebra.derived_series[1:])
    if algebra.nilpotent:
        return f"nilpotent, dim {n} (derived {derived})"
    return f"solvable, dim {n} (derived {derived}; nilradical {algebra.nilradical.dimension})"


def _action(algebra: LieAlgebra, on: FloatArray) -> FloatArray:
    """ad of the complement of the ideal ``on`` (B, G, m) on it: (B, G - m, m, m)."""
    outside = kernel(np.swapaxes(on, 1, 2), on.shape[2])
    rows = np.einsum("zabc,zai,zbj->zijc", algebra.samples, outside, on, optimize=True)
    return np.swapaxes(rows @ np.swapaxes(np.linalg.pinv(on), 1, 2)[:, None], 2, 3)


def _zero(algebra: LieAlgebra, samples: FloatArray, question: str, size: float) -> bool:
    decision = decide_rank(samples.reshape(len(samples), -1, 1), question, size)
    algebra.decisions.append(decision)
    return decision.rank == 0


def _bianchi(algebra: LieAlgebra) -> Named:
    """Types IV to VII: R acts on R^2 = [g, g] by an invertible A.

    With a = tr A / 2 and n1 n2 = det A - a^2 the parameter is h = a^2 / (n1 n2)
    (Landau and Lifshitz, Classical Theory of Fields, section 116; Ellis and MacCallum,
    Commun. Math. Phys. 12 (1969) 108): V if A is a multiple of 1, IV if it is not but n1 n2 = 0, VI for
    n1 n2 < 0, VII for n1 n2 > 0; VI_0 = iso(1,1), VII_0 = e(2).
    """
    if algebra.derived.dimension != 2:
        raise MethodError(
            "neither nilpotent nor a direct sum, although [g, g] has dimension 1: the errors are too large"
        )
    a = _action(algebra, algebra.derived.samples)[:, 0]
    trace = np.trace(a, axis1=1, axis2=2) / 2
    traceless = a - trace[:, None, None] * np.eye(2)
    size = float(np.linalg.norm(a[0]))
    if _zero(algebra, traceless, "Bianchi V: traceless part of the action", size):
        return Named("solvable, dim 3, Bianchi V", ("Bianchi V",))
    product = np.linalg.det(traceless)
    if _zero(algebra, product, "Bianchi IV: n1 n2", size**2 / 2):
        return Named("solvable, dim 3, Bianchi IV", ("Bianchi IV",))
    hyperbolic = bool(product[0] < 0)
    if _zero(algebra, trace, "Bianchi class A: trace of the action", size):
        return (
            Named("iso(1,1)", ("so(1,1)", "R^2"), ("Bianchi VI_0",))
            if hyperbolic
            else Named("e(2)", ("so(2)", "R^2"), ("Bianchi VII_0", "iso(2)"))
        )
    kind = "Bianchi VI_h" if hyperbolic else "Bianchi VII_h"
    h = trace**2 / product
    error = float(np.sqrt(np.mean((h[1:] - h[0]) ** 2)))
    return Named(f"solvable, dim 3, {kind}", (kind,), (), {"h": (float(h[0]), error)})


def _plane_similitude(algebra: LieAlgebra) -> Named | None:
    """Rotation, dilatation and translations of the plane; or with a boost instead of the rotation.

    The two outside the nilradical R^2 act on it by 1 and by a traceless B: det B > 0 is a rotation, < 0 a boost.
    """
    plane = algebra.nilradical
    acting = _action(algebra, plane.samples)
    if algebra.bracket(plane, plane, "whether the nilradical is abelian").dimension:
        return None
    traces = np.trace(acting, axis1=2, axis2=3)
    norm = np.linalg.norm(traces, axis=1)
    if not norm[0]:
        return None
    scaling = np.einsum("zi,zijk->zjk", traces, acting)
    scaling /= np.linalg.norm(scaling[0])
    excess = scaling - np.trace(scaling, axis1=1, axis2=2)[:, None, None] / 2 * np.eye(2)
    other = np.stack([-traces[:, 1], traces[:, 0]], axis=1)
    turn = np.einsum("zi,zijk->zjk", other, acting)
    parallel = np.einsum("zij,zij->z", excess, turn) / np.einsum("zij,zij->z", turn, turn)
    if not _zero(algebra, excess - parallel[:, None, None] * turn, "whether a dilatation is there", 1.0):
        return None
    product = np.linalg.det(turn)
    if _zero(algebra, product, "rotation or boost", float(np.linalg.norm(turn[0])) ** 2 / 2):
        return None
    if product[0] > 0:
        return Named("sim(2) = e(2) |x R", ("so(2)", "R", "R^2"), ("affine line over C",))
    return Named("sim(1,1) = iso(1,1) |x R", ("so(1,1)", "R", "R^2"), ("affine line + affine line",))
