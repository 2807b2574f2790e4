"""Events with exact symmetries for the benchmarks of `moments`: what they are, how they are drawn, what is tested.

Those below 'dijets' were built on; the others, with weights, cuts and other spectra, were not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Column, Dataset, Scaler
from symhep.readers.toy.decays import FourBody, TwoBody
from symhep.readers.toy.dijets import Dijets
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.member_edges import edged
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.whitening import Whitened, whitened
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import Events, events_of

__all__ = ["KINDS", "MOMENTUM", "ROTATIONS", "Kind", "directions", "events_from", "moments_from"]

FloatArray = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], FloatArray]

MOMENTUM = ("E", "px", "py", "pz")
ROTATIONS = ("J_x", "J_y", "J_z")
CUTS = ({"variable": "pt", "above": 20.0}, {"variable": "abs_eta", "below": 2.4})


@dataclass(frozen=True)
class Kind:
    """What it is, how many symmetries there are among the candidates, how to draw it (n, P, d), its weights.

    ``given``: the generator that is tested, as coefficients of candidates, beside all rotations where they hold;
    ``names`` of the components.
    """

    words: str
    symmetries: int
    draw: Draw
    weights: Draw | None = None
    edges: tuple[dict[str, object], ...] = ()
    names: tuple[str, ...] = MOMENTUM
    given: tuple[tuple[str, float], ...] = (("J_z", 1.0),)


def gaussian(*widths: float) -> Draw:
    """One vector of independent normal components."""
    return lambda rng, n: rng.normal(size=(n, 1, len(widths))) * widths


def heavy(d: int) -> Draw:
    """One vector of any direction, its length an exponential number and one tenth: no Gaussian."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        x = rng.normal(size=(n, 1, d))
        return x / np.linalg.norm(x, axis=2, keepdims=True) * (0.1 + rng.exponential(size=(n, 1, 1)))

    return draw


def drell_yan(rapidity: float = 1.6, recoil: float = 15.0) -> Draw:
    """Pairs of a Breit-Wigner mass (91.2, 2.5 GeV, 60 to 120), recoil of that mean pt, normal rapidity, 1 + cos^2."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        low, high = (np.arctan((m - 91.2) / 1.25) for m in (60.0, 120.0))
        mass = 91.2 + 1.25 * np.tan(rng.uniform(low, high, n))
        pt, psi, y = rng.exponential(recoil, n), rng.uniform(-np.pi, np.pi, n), rapidity * rng.normal(size=n)
        # cos(theta) of density 3 (1 + c^2) / 8: c^3 + 3 c = 8 u - 4.
        half = 4 * rng.random(n) - 2
        c = np.cbrt(half + np.sqrt(half**2 + 1)) + np.cbrt(half - np.sqrt(half**2 + 1))
        phi, s = rng.uniform(-np.pi, np.pi, n), np.sqrt(np.maximum(1 - c**2, 0.0))
        axis = np.stack([s * np.cos(phi), s * np.sin(phi), c], axis=1)
        mt = np.hypot(mass, pt)
        boson = np.stack([mt * np.cosh(y), pt * np.cos(psi), pt * np.sin(psi), mt * np.sinh(y)], axis=1)
        found = np.empty((n, 2, 4))
        for sign, place in ((1.0, 0), (-1.0, 1)):
            p = 0.5 * mass[:, None] * sign * axis
            along = (boson[:, 1:] * p).sum(axis=1)
            found[:, place, 0] = (boson[:, 0] * mass / 2 + along) / mass
            shift = (along / (boson[:, 0] + mass) + mass / 2) / mass
            found[:, place, 1:] = p + boson[:, 1:] * shift[:, None]
        return found

    return draw


def within_cuts(rng: np.random.Generator, n: int, width: float = 1.1) -> FloatArray:
    """Drell-Yan-like pairs, both with pt > 20 and |eta| < 2.4."""
    return _passing(drell_yan(width), rng, n)


def central_vectors(rng: np.random.Generator, n: int) -> FloatArray:
    """Two unrelated massless vectors of exponential pt and normal rapidity, both with pt > 20 and |eta| < 2.4."""

    def draw(rng: np.random.Generator, n: int) -> FloatArray:
        pt, phi = rng.exponential(30.0, (n, 2)), rng.uniform(-np.pi, np.pi, (n, 2))
        y = 1.5 * rng.normal(size=(n, 2))
        return np.stack([pt * np.cosh(y), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(y)], axis=2)

    return _passing(draw, rng, n)


def _passing(draw: Draw, rng: np.random.Generator, n: int) -> FloatArray:
    found: list[FloatArray] = []
    while sum(len(x) for x in found) < n:
        x = draw(rng, n)
        pt = np.hypot(x[..., 1], x[..., 2])
        found.append(x[((pt > 20) & (np.abs(np.arcsinh(x[..., 3] / pt)) < 2.4)).all(axis=1)])
    return np.concatenate(found)[:n]


def lognormal(rng: np.random.Generator, n: int) -> FloatArray:
    return rng.lognormal(sigma=1.0, size=n)


def negative(share: float) -> Draw:
    return lambda rng, n: np.where(rng.random(n) < share, -1.0, 1.0)


KINDS: dict[str, Kind] = {
    "isotropic": Kind("isotropic two-body decay at rest, fixed mass", 3, TwoBody().draw),
    "smeared": Kind("the same, mass smeared by 3 %", 3, TwoBody(width=0.03).draw),
    "boosted": Kind("the same, boosted along z", 1, TwoBody(width=0.03, rapidity=0.7).draw),
    "dijets": Kind("dijets", 1, Dijets().draw),
    "gaussian": Kind("Gaussian in 4-D, equal widths of px, py, pz", 3, gaussian(1.5, 1, 1, 1)),
    "elongated": Kind("Gaussian in 4-D, equal widths of px, py", 1, gaussian(1.5, 1, 1, 2)),
    "drell_yan": Kind("Drell-Yan-like pairs", 1, drell_yan()),
    "four_jets": Kind("four-body decay, boosted, with recoil", 1, FourBody(width=0.03, rapidity=0.7, pt=15.0).draw),
    "four_jets_at_rest": Kind("four-body decay at rest", 3, FourBody(width=0.03).draw),
    "lognormal": Kind("dijets, lognormal weights of sigma 1", 1, Dijets().draw, lognormal),
    "negative": Kind("Drell-Yan-like pairs, 25 % of the weights -1", 1, drell_yan(), negative(0.25)),
    "lognormal_spherical": Kind("isotropic decay, lognormal weights", 3, TwoBody(width=0.03).draw, lognormal),
    "vector": Kind("a vector (px, py, pz) of any direction", 3, heavy(3), names=MOMENTUM[1:]),
    "plane": Kind(
        "a plane (x1, x2), any direction", 1, heavy(2), names=("x1", "x2"), given=(("E_21", 1.0), ("E_12", -1.0))
    ),
    "cuts": Kind("Drell-Yan-like pairs in pt > 20, abs(eta) < 2.4, edges", 1, within_cuts, edges=CUTS),
    "central": Kind("two vectors of exponential pt in the same cuts, edges", 1, central_vectors, edges=CUTS),
    "four_features": Kind(
        "four features, any direction, sl(4) + T", 6, heavy(4), names=("x1", "x2", "x3", "x4"),
        given=(("E_21", 1.0), ("E_12", -1.0)),
    ),
}  # fmt: skip


def events_from(
    x: FloatArray, weights: FloatArray | None = None, names: tuple[str, ...] = MOMENTUM
) -> Events:
    """Vectors (n, P, d), scaled, with the candidates that the method has by default."""
    n, p, d = x.shape
    flat = x.reshape(n, -1)
    columns = tuple(Column(f"v{i // d}.{names[i % d]}", slot=i // d) for i in range(p * d))
    w = np.ones(n) if weights is None else weights
    momenta, kinds = None, ()
    if set(names) <= set(MOMENTUM):
        momenta = np.zeros((n, p, 4))
        momenta[..., [MOMENTUM.index(name) for name in names]] = x
        kinds = ("full" if len(names) == 4 else "three",) * p
    data = Dataset(
        "x", flat, columns, w, Scaler.fit(flat, "none"), momenta=momenta, kinds=kinds,
        particles=() if momenta is None else tuple(f"vector{i}" for i in range(p)),
    )  # fmt: skip
    return events_of(data, vectors=None if kinds else p)


def moments_from(
    events: Events, rng: np.random.Generator, edges: tuple[dict[str, object], ...] = ()
) -> tuple[Moments, Whitened]:
    """With the default test functions, drawn anew."""
    options = MomentsOptions.model_validate({"edges": edges})
    functions: TestFunctions = build_functions(events, options.functions, rng)
    if edges:
        functions = edged(
            functions,
            options.fiducial,
            events.scale,
            events.names,
            events.x.shape[1],
            events.particles,
            events.places,
        )
    found = moments_of(events.x, events.weights, functions, events.generators, places=events.places)
    return found, whitened(found)


def directions(events: Events, *combinations: tuple[tuple[str, float], ...]) -> FloatArray:
    """(G, r) of combinations of candidates, each as pairs of a label and a coefficient."""
    known = events.generators.labels
    found = np.zeros((len(known), len(combinations)))
    for column, combination in zip(found.T, combinations, strict=True):
        for label, coefficient in combination:
            column[known.index(label)] = coefficient
    return found
