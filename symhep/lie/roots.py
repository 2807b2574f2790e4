"""Roots of a semisimple Lie algebra and its simple ideals over the reals."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.dynkin import bourbaki_order, connected, dynkin_type
from symhep.lie.noise import RankDecision, decide_rank, kernel
from symhep.lie.structure import FloatArray

__all__ = ["RootSystem", "SimpleIdeal", "root_system", "simple_ideals"]

ComplexArray = npt.NDArray[np.complex128]
CANDIDATES = 8
DIRECTIONS = 400
MAX_SEPARATIONS = 400_000


@dataclass(frozen=True)
class RootSystem:
    """Roots of the complexification.

    ``cartan`` (G, l): columns, a Cartan subalgebra. ``values`` (R, l): alpha(h_i), complex. ``vectors`` (G, R):
    root vectors. ``coordinates`` (R, l): real, scalar product of the Killing form. ``simple``: indices of the
    simple roots, component by component in Bourbaki's order. ``components``: positions in ``simple`` of each.
    ``conjugate`` (R,): index of the root x -> conj(alpha(x)). ``deviation``: largest
    distance of an entry 2 (a, b) / (b, b) from an integer.
    """

    cartan: FloatArray
    values: ComplexArray
    vectors: ComplexArray
    coordinates: FloatArray
    simple: tuple[int, ...]
    components: tuple[tuple[int, ...], ...]
    cartan_matrix: npt.NDArray[np.int64]
    conjugate: npt.NDArray[np.int64]
    deviation: float

    @property
    def types(self) -> tuple[str, ...]:
        """Dynkin type of every component: ``A_2``."""
        return tuple(dynkin_type(self.cartan_matrix[np.ix_(c, c)]) for c in self.components)


@dataclass(frozen=True)
class SimpleIdeal:
    """A simple ideal over the reals.

    ``basis`` (n, G): rows. ``type``: of the complexification (of the complex algebra, if ``complex``: a complex
    simple algebra regarded as a real one). ``character``: positive minus negative eigenvalues
    of the Killing form. ``coroots`` (l', G): complex coefficients of the simple coroots, Bourbaki's order,
    those of the conjugate component following if ``complex``.
    """

    basis: FloatArray
    type: str
    character: int
    complex: bool
    coroots: ComplexArray

    @property
    def dimension(self) -> int:
        return len(self.basis)


def root_system(samples: FloatArray, decisions: list[RankDecision]) -> RootSystem:
    """Roots of the semisimple algebra with constants ``samples`` (B, G, G, G) (de Graaf, chapters 3 to 5).

    The Cartan subalgebra is the centraliser of a random element, the one of several whose smallest root is
    largest; the roots are the joint eigenvalues of ad of it. Raises MethodError if they are no root system.
    """
    cartan = _cartan_subalgebra(samples, decisions)
    f = samples[0]
    rank = cartan.shape[1]
    if rank == 0 or len(f) < 3 * rank or (len(f) - rank) % 2:  # A_1 has the fewest roots per rank
        raise MethodError(f"no semisimple algebra has the dimension {len(f)} and rank {rank}")
    values, vectors = _joint_eigenvectors(np.einsum("ai,abc->icb", cartan, f))
    try:
        coordinates = _euclidean(values, rank)
        simple = _simple_roots(coordinates, rank)
        inner = coordinates[list(simple)] @ coordinates[list(simple)].T
        entries = 2 * inner / np.diag(inner)
        deviation = float(np.abs(entries - np.rint(entries)).max())
        matrix = np.rint(entries).astype(np.int64)
        ordered = [
            tuple(np.array(part)[list(bourbaki_order(matrix[np.ix_(part, part)]))])
            for part in connected(matrix)
        ]
    except (ValueError, np.linalg.LinAlgError) as error:
        raise MethodError(
            f"the roots of an algebra of dimension {len(f)} do not form a root system: {error}"
        ) from error
    order = [i for part in ordered for i in part]
    starts = np.cumsum([0, *(len(part) for part in ordered)])
    components = tuple(tuple(range(a, b)) for a, b in pairwise(starts))
    distance = np.abs(values.conj()[:, None] - values[None]).sum(axis=2)
    return RootSystem(
        cartan, values, vectors, coordinates, tuple(simple[i] for i in order), components,
        matrix[np.ix_(order, order)], distance.argmin(axis=1), deviation,
    )  # fmt: skip


def _cartan_subalgebra(samples: FloatArray, decisions: list[RankDecision]) -> FloatArray:
    """Centraliser (G, l) of the random element with the best separated roots."""
    n = samples.shape[1]
    tried = np.random.default_rng(0).normal(size=(CANDIDATES, n))
    ads = np.einsum("ka,abc->kcb", tried, samples[0])
    sizes = np.sort(np.abs(np.linalg.eigvals(ads)), axis=1)
    first = [decide_rank(np.einsum("a,zabc->zcb", x, samples), "rank of the algebra") for x in tried[:2]]
    rank = max(decision.rank for decision in first)
    if rank == 0:
        return np.empty((n, 0))
    best = int(np.argmax(sizes[:, n - rank] / sizes[:, -1]))
    chosen = np.einsum("a,zabc->zcb", tried[best], samples)
    decision = decide_rank(chosen, "rank of the algebra")
    decisions.append(decision)
    return kernel(chosen[:1], decision.rank)[0]


def _joint_eigenvectors(ads: FloatArray) -> tuple[ComplexArray, ComplexArray]:
    """Nonzero joint eigenvalues (R, l) and eigenvectors (G, R) of commuting matrices ads (l, G, G)."""
    rank = len(ads)
    weights = np.random.default_rng(1).normal(size=(DIRECTIONS, rank))
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    h = weights[0]
    for _ in range(2):
        eigenvalues, vectors = np.linalg.eig(np.tensordot(h, ads, 1))
        kept = np.argsort(-np.abs(eigenvalues))[: len(eigenvalues) - rank]
        inverse = np.linalg.inv(vectors)[kept]
        vectors = vectors[:, kept]
        values = np.stack([((inverse @ ad) * vectors.T).sum(axis=1) for ad in ads], axis=1)
        # Once more in a direction in which all these roots are further apart, so that errors mix them less.
        first, second = np.triu_indices(len(values), 1)
        apart = values[first] - values[second]
        tried = weights[: max(10, MAX_SEPARATIONS // len(apart))]
        h = tried[int(np.argmax(np.abs(apart @ tried.T).min(axis=0)))]
    return values.astype(np.complex128), vectors.astype(np.complex128)


def _euclidean(values: ComplexArray, rank: int) -> FloatArray:
    """Real coordinates (R, l) with the scalar product a K^-1 b, K_ij = sum of alpha(h_i) alpha(h_j) over all roots."""
    gram = (values @ np.linalg.solve(values.T @ values, values.T)).real
    eigenvalues, vectors = np.linalg.eigh((gram + gram.T) / 2)
    if eigenvalues[-rank] <= 0.5:  # a projection: 1 and 0
        raise ValueError("the scalar product of the roots is not positive")
    return vectors[:, -rank:] * np.sqrt(eigenvalues[-rank:])


def _simple_roots(roots: FloatArray, rank: int) -> tuple[int, ...]:
    """Positive roots that are no sum of two positive ones."""
    directions = np.random.default_rng(2).normal(size=(DIRECTIONS, rank))
    heights = directions @ roots.T / np.linalg.norm(directions, axis=1, keepdims=True)
    height = heights[int(np.argmax(np.abs(heights).min(axis=1)))]
    positive = np.flatnonzero(height > 0)
    if 2 * len(positive) != len(roots):
        raise ValueError("roots do not come in pairs")
    p = roots[positive]
    shortest = float(np.linalg.norm(p, axis=1).min())
    differences = p[:, None] - p[None]
    is_sum = np.zeros(len(p), dtype=bool)
    for k in range(len(p)):  # positive[k] = positive[i] + positive[j]?
        distance = np.linalg.norm(differences[k][:, None] - p[None], axis=2)
        is_sum[k] = bool((distance < 0.4 * shortest).any())
    simple = positive[~is_sum]
    if len(simple) != rank:
        raise ValueError(f"{len(simple)} simple roots for rank {rank}")
    return tuple(int(i) for i in simple)


def simple_ideals(system: RootSystem, killing: FloatArray) -> tuple[SimpleIdeal, ...]:
    """Ideals over the reals: components of the Dynkin diagram, conjugate ones together.

    Complex conjugation permutes the components; two that it exchanges form a complex simple algebra
    regarded as a real one (Knapp, Lie Groups Beyond an Introduction, 2nd ed., theorem 6.94).
    """
    simple = list(system.simple)
    overlap = np.abs(system.coordinates @ system.coordinates[simple].T)
    of_root = np.array([[overlap[:, list(c)].sum(axis=1)] for c in system.components])[:, 0].argmax(axis=0)
    partner = {c: int(of_root[system.conjugate[simple[system.components[c][0]]]]) for c in set(of_root)}
    form = np.linalg.inv((system.values.T @ system.values).real)
    raised = system.cartan @ (form @ system.values.T)  # h_alpha (G, R): K(h_alpha, h) = alpha(h)
    ideals = []
    for c, other in sorted(partner.items()):
        if other < c:
            continue
        inside = np.isin(of_root, [c, other])
        spanning = np.concatenate([system.vectors[:, inside], raised[:, inside]], axis=1)
        both = np.concatenate([spanning.real, spanning.imag], axis=1)
        size = int(inside.sum()) + sum(len(system.components[k]) for k in {c, other})
        basis = np.linalg.svd(both, full_matrices=False)[0][:, :size]
        eigenvalues = np.linalg.eigvalsh(basis.T @ killing @ basis)
        indices = [simple[i] for k in dict.fromkeys((c, other)) for i in system.components[k]]
        lengths = (system.coordinates[indices] ** 2).sum(axis=1)
        coroots = (2 * raised[:, indices] / lengths).T
        ideals.append(
            SimpleIdeal(
                basis.T,
                system.types[c],
                int((eigenvalues > 0).sum() - (eigenvalues < 0).sum()),
                c != other,
                coroots,
            )
        )
    return tuple(sorted(ideals, key=lambda ideal: (-ideal.dimension, ideal.type, -abs(ideal.character))))
