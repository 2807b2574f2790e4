"""An abstract Lie algebra from noisy structure constants: ideals, series, Killing form, Levi decomposition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError
from symhep.lie.closing import nearest_closed
from symhep.lie.levi import levi_complement
from symhep.lie.noise import RankDecision, decide_rank, kernel, number_of_draws, row_space, with_rounding
from symhep.lie.roots import RootSystem, SimpleIdeal, root_system, simple_ideals
from symhep.lie.structure import FloatArray, StructureConstants, structure_constants

__all__ = ["LieAlgebra", "StructureConstants", "Subspace", "nearest_closed", "structure_constants"]


@dataclass(frozen=True)
class Subspace:
    """A subspace of a Lie algebra, and its copies under noise.

    Attributes
    ----------
    samples
        (B, G, r) orthonormal columns: the subspace, and copies of it with the errors drawn anew.

    Examples
    --------
    >>> line = Subspace(np.array([[[0.0], [1.0]]]))
    >>> line.dimension, line.basis.tolist()
    (1, [[0.0, 1.0]])
    """

    samples: FloatArray

    @property
    def dimension(self) -> int:
        """r."""
        return self.samples.shape[2]

    @property
    def basis(self) -> FloatArray:
        """(r, G) coefficients in the basis of the algebra."""
        return self.samples[0].T


class LieAlgebra:
    """The Lie algebra [x_a, x_b] = sum_c f[a, b, c] x_c.

    Every rank is decided against the noise (:func:`symhep.lie.noise.decide_rank`).

    Parameters
    ----------
    constants
        f, (G, G, G), antisymmetric in its first two indices.
    noise
        None: rounding of f. A number, or an array shaped like f: standard errors of its entries.
    seed
        Of the copies within the errors.

    Attributes
    ----------
    samples
        (B, G, G, G) f, and copies of it with errors drawn anew.
    decisions
        Ranks that were decided so far, with their distances from the border.
    size
        Largest singular value of f as a (G^2, G) matrix; of an algebra that may be abelian, what it would be if it
        were not.

    Raises
    ------
    LieError
        For constants or errors of another shape.

    References
    ----------
    W. A. de Graaf, Lie Algebras: Theory and Algorithms (2000), chapters 1, 2 and 4.

    Examples
    --------
    >>> f = np.zeros((3, 3, 3))  # e(2): [J, P_x] = P_y, [J, P_y] = -P_x
    >>> f[0, 1, 2], f[0, 2, 1] = 1, -1
    >>> plane = LieAlgebra(f - f.transpose(1, 0, 2))
    >>> plane.solvable, plane.nilpotent, plane.abelian, plane.semisimple
    (True, False, False, False)
    >>> plane.derived.dimension, plane.nilradical.dimension, plane.radical.dimension, plane.centre.dimension
    (2, 2, 3, 0)
    >>> [space.dimension for space in plane.derived_series], [space.dimension for space in plane.lower_central_series]
    ([3, 2, 0], [3, 2])
    >>> moves = plane.restrict(plane.derived)
    >>> moves.abelian, plane.quotient(plane.derived).abelian, plane.bracket(plane.whole, plane.derived).dimension
    (True, True, 2)
    >>> plane.is_ad_nilpotent(plane.derived.samples[:, :, 0]), plane.ad(plane.derived.samples[:, :, 0]).shape[1:]
    (True, (3, 3))

    A simple one:

    >>> from symhep.lie import bases
    >>> rotations = LieAlgebra(structure_constants(bases.so(3)).constants)
    >>> rotations.signature, rotations.killing.round(12).tolist()[0], rotations.levi.dimension
    ((0, 3, 0), [-2.0, 0.0, 0.0], 3)
    >>> rotations.cartan_matrix.tolist(), rotations.roots.shape, len(rotations.root_system.simple)
    ([[2]], (2, 1), 1)
    >>> rotations.killing_samples.shape[1:], len(rotations.simple_ideals)
    ((3, 3), 1)
    """

    def __init__(self, constants: npt.ArrayLike, noise: npt.ArrayLike | None = None, seed: int = 0) -> None:
        f = np.asarray(constants, dtype=np.float64)
        if f.ndim != 3 or len(set(f.shape)) != 1 or not np.isfinite(f).all():
            raise LieError(
                f"structure constants must be finite and have the shape (G, G, G), not {f.shape}",
                hint="see symhep.lie.algebra.structure_constants",
            )
        largest = float(np.abs(f).max(initial=0.0))
        if np.abs(f + f.transpose(1, 0, 2)).max(initial=0.0) > 1e-6 * largest:
            raise LieError(
                "f[a, b, c] is not antisymmetric in a and b", hint="pass (f - f.transpose(1, 0, 2)) / 2"
            )
        samples = np.broadcast_to(f, (1 + number_of_draws(len(f)), *f.shape)).copy()
        if noise is not None:
            drawn = np.asarray(noise, dtype=np.float64) * np.random.default_rng(seed).normal(
                size=samples[1:].shape
            )
            samples[1:] += (drawn - drawn.transpose(0, 2, 1, 3)) / np.sqrt(2)
        self._hold(with_rounding(samples, seed), [], 0.0)

    def _hold(self, samples: FloatArray, decisions: list[RankDecision], size: float) -> None:
        self.samples, self.decisions = samples, decisions
        self.dimension = g = samples.shape[1]
        self.size = size or float(np.linalg.norm(samples[0].reshape(g * g, g), 2)) or np.inf

    @classmethod
    def from_samples(
        cls, samples: FloatArray, decisions: list[RankDecision] | None = None, size: float = 0.0
    ) -> LieAlgebra:
        """The algebra of constants of which copies with errors drawn anew are known.

        Parameters
        ----------
        samples
            (B, G, G, G): the constants, then the copies.
        decisions
            List that its decisions are appended to; by default a new one.
        size
            What the largest singular value of f would be if the algebra were not abelian; 0: that of f.

        Returns
        -------
        LieAlgebra
            Nothing is drawn any more.

        Examples
        --------
        >>> from symhep.lie import bases
        >>> known = LieAlgebra(structure_constants(bases.so(3)).constants)
        >>> LieAlgebra.from_samples(known.samples, size=known.size).semisimple
        True
        """
        algebra = cls.__new__(cls)
        algebra._hold(samples, [] if decisions is None else decisions, size)
        return algebra

    def _decide(self, samples: FloatArray, question: str, degree: int = 0) -> int:
        """Rank of what is of this degree in f."""
        decision = decide_rank(samples, question, self.size**degree)
        self.decisions.append(decision)
        return decision.rank

    @cached_property
    def killing_samples(self) -> FloatArray:
        """(B, G, G) Killing form of each sample."""
        b, g = len(self.samples), self.dimension
        turned = np.ascontiguousarray(np.swapaxes(self.samples, 2, 3)).reshape(b, g, g * g)
        return self.samples.reshape(b, g, g * g) @ np.swapaxes(turned, 1, 2)

    @property
    def killing(self) -> FloatArray:
        """(G, G) K_ab = tr(ad_a ad_b) = f_ac^d f_bd^c."""
        return self.killing_samples[0]

    @cached_property
    def signature(self) -> tuple[int, int, int]:
        """Numbers of positive, negative and zero eigenvalues of the Killing form."""
        values = np.linalg.eigvalsh(self.killing)
        rank = self._killing_rank
        kept = values[np.argsort(-np.abs(values))[:rank]]
        return int((kept > 0).sum()), int((kept < 0).sum()), self.dimension - rank

    @cached_property
    def _killing_rank(self) -> int:
        return self._decide(self.killing_samples, "rank of the Killing form", 2)

    @property
    def whole(self) -> Subspace:
        """The algebra as a subspace of itself."""
        one = np.eye(self.dimension)
        return Subspace(np.broadcast_to(one, (len(self.samples), *one.shape)))

    def _nothing(self) -> Subspace:
        return Subspace(np.empty((len(self.samples), self.dimension, 0)))

    def bracket(self, left: Subspace, right: Subspace, question: str = "bracket") -> Subspace:
        """The span of all brackets of two subspaces.

        Parameters
        ----------
        left, right
            Subspaces of this algebra.
        question
            What the decision on the rank is called in ``decisions``.

        Returns
        -------
        Subspace
            [left, right].
        """
        b, g = len(self.samples), self.dimension
        rows = np.einsum("zabc,zai,zbj->zijc", self.samples, left.samples, right.samples, optimize=True)
        rows = rows.reshape(b, -1, g)
        if not rows.shape[1]:
            return self._nothing()
        return Subspace(row_space(rows, self._decide(rows, question, 1)))

    @cached_property
    def derived(self) -> Subspace:
        """[g, g]; the whole of g if the Killing form is nondegenerate."""
        if self._killing_rank == self.dimension:
            return self.whole
        return self.bracket(self.whole, self.whole, "dimension of [g, g]")

    @cached_property
    def derived_series(self) -> tuple[Subspace, ...]:
        """g, g' = [g, g], [g', g'], ..., as long as the dimension falls."""
        return self._series(lambda last: self.bracket(last, last, "derived series"))

    @cached_property
    def lower_central_series(self) -> tuple[Subspace, ...]:
        """g, [g, g], [g, [g, g]], ..., as long as the dimension falls."""
        return self._series(lambda last: self.bracket(self.whole, last, "lower central series"))

    def _series(self, following: object) -> tuple[Subspace, ...]:
        assert callable(following)
        terms = [self.whole]
        new = self.derived
        while new.dimension < terms[-1].dimension:
            terms.append(new)
            new = following(new)
        return tuple(terms)

    @property
    def abelian(self) -> bool:
        """Whether all brackets vanish."""
        return self.derived.dimension == 0

    @property
    def solvable(self) -> bool:
        """Whether the derived series ends at 0."""
        return self.radical.dimension == self.dimension

    @property
    def nilpotent(self) -> bool:
        """Whether the lower central series ends at 0."""
        return self.lower_central_series[-1].dimension == 0

    @property
    def semisimple(self) -> bool:
        """Whether the Killing form is nondegenerate (Cartan's criterion)."""
        return self._killing_rank == self.dimension

    @cached_property
    def centre(self) -> Subspace:
        """x with [x, g] = 0."""
        if self.semisimple:
            return self._nothing()
        b, g = len(self.samples), self.dimension
        rows = np.swapaxes(self.samples.reshape(b, g, g * g), 1, 2)
        return Subspace(kernel(rows, self._decide(rows, "dimension of the centre", 1)))

    @cached_property
    def radical(self) -> Subspace:
        """Largest solvable ideal, the x with K(x, [g, g]) = 0 (de Graaf, proposition 2.6.1)."""
        if self.semisimple:
            return self._nothing()
        b, g = len(self.samples), self.dimension
        rows = self.samples.reshape(b, g * g, g) @ self.killing_samples
        return Subspace(kernel(rows, self._decide(rows, "dimension of the radical", 3)))

    def ad(self, x: FloatArray) -> FloatArray:
        """Matrices of ad x: y -> [x, y].

        Parameters
        ----------
        x
            (B, G) coefficients, in each sample.

        Returns
        -------
        ndarray
            (B, G, G).
        """
        return np.einsum("za,zabc->zcb", x, self.samples)

    def is_ad_nilpotent(self, x: FloatArray) -> bool:
        """Whether ad x is nilpotent within the noise: all power sums tr (ad x)^p vanish.

        Parameters
        ----------
        x
            (B, G) coefficients, in each sample.

        Returns
        -------
        bool
            What the errors allow to be nilpotent is.
        """
        ad = self.ad(np.broadcast_to(x, (len(self.samples), self.dimension)))
        return self._decide(power_traces(ad)[:, :, None], "nilpotency of ad x") == 0

    @cached_property
    def nilradical(self) -> Subspace:
        """Largest nilpotent ideal, the x in the radical with ad x nilpotent.

        The eigenvalues of ad x, x in the radical, are linear in x and vanish on [g, rad] (Lie's theorem; de Graaf,
        sections 2.2 and 2.4); tr(ad x (ad y)^p) for y outside and p = 0, 1, ... = 0 is therefore linear in x.
        """
        radical = self.radical
        inner = self.bracket(self.whole, radical, "dimension of [g, rad]")
        if inner.dimension >= radical.dimension:
            return radical
        outside = np.swapaxes(radical.samples, 1, 2) @ inner.samples
        rest = radical.samples @ kernel(np.swapaxes(outside, 1, 2), inner.dimension)
        mixed = rest @ np.random.default_rng(0).normal(size=(rest.shape[2], rest.shape[2]))
        ad_x = np.einsum("zai,zabc->zicb", radical.samples, self.samples)
        ads = np.einsum("zai,zabc->izcb", np.concatenate([rest, mixed], axis=2), self.samples)
        size = float(np.linalg.norm(ads[:, 0], axis=(1, 2)).max())
        rows = []
        for ad in ads / (size if size > 0 else 1.0):
            power = np.broadcast_to(np.eye(self.dimension), ad.shape)
            for _ in range(self.dimension):
                rows.append(np.einsum("zicb,zbc->zi", ad_x, power))
                power = power @ ad
        stacked = np.stack(rows, axis=1)
        rank = self._decide(stacked, "dimension of the nilradical", 1)
        return Subspace(radical.samples @ kernel(stacked, rank))

    @cached_property
    def levi(self) -> Subspace:
        """A semisimple subalgebra s with g = s + radical (de Graaf, section 4.13)."""
        if self.radical.dimension in (0, self.dimension):
            return self._nothing() if self.radical.dimension else self.whole
        return Subspace(levi_complement(self.samples, self.radical.samples))

    def restrict(self, subalgebra: Subspace) -> LieAlgebra:
        """The algebra of a closed subspace, in its basis.

        Parameters
        ----------
        subalgebra
            A subspace that holds its own brackets; what they have outside is left out.

        Returns
        -------
        LieAlgebra
            Of dimension r; its decisions are listed with these.
        """
        s = subalgebra.samples
        f = np.einsum("zabc,zai,zbj->zijc", self.samples, s, s, optimize=True)
        return LieAlgebra.from_samples(
            f @ np.linalg.pinv(s).swapaxes(1, 2)[:, None], self.decisions, self.size
        )

    def quotient(self, ideal: Subspace) -> LieAlgebra:
        """g / ideal, in the basis of the ideal's orthogonal complement.

        Parameters
        ----------
        ideal
            A subspace that holds its brackets with everything.

        Returns
        -------
        LieAlgebra
            Of dimension G - r; its decisions are listed with these.
        """
        rest = kernel(np.swapaxes(ideal.samples, 1, 2), ideal.dimension)
        f = np.einsum("zabc,zai,zbj,zck->zijk", self.samples, rest, rest, rest, optimize=True)
        return LieAlgebra.from_samples(f, self.decisions, self.size)

    @cached_property
    def root_system(self) -> RootSystem:
        """Roots of the complexification.

        Raises
        ------
        LieError
            If the algebra is not semisimple.
        """
        if not self.semisimple:
            raise LieError(
                "roots are defined for semisimple algebras only",
                hint="use algebra.restrict(algebra.levi), its semisimple part",
            )
        return root_system(self.samples, self.decisions)

    @property
    def roots(self) -> FloatArray:
        """Real coordinates (R, rank) in which the scalar product is that of the Killing form."""
        return self.root_system.coordinates

    @property
    def cartan_matrix(self) -> npt.NDArray[np.int64]:
        """a_ij = 2 (alpha_i, alpha_j) / (alpha_j, alpha_j) of the simple roots, in Bourbaki's order by component."""
        return self.root_system.cartan_matrix

    @cached_property
    def simple_ideals(self) -> tuple[SimpleIdeal, ...]:
        """The simple ideals of a semisimple algebra over the reals, with type and real form."""
        return simple_ideals(self.root_system, self.killing)


def power_traces(matrices: FloatArray) -> FloatArray:
    """tr M^p for p = 1 .. d, M scaled by the norm of the first sample: (B, d, d) to (B, d)."""
    size = float(np.linalg.norm(matrices[0]))
    scaled = matrices / (size if size > 0 else 1.0)
    powers, traces = scaled, []
    for _ in range(matrices.shape[1]):
        traces.append(np.trace(powers, axis1=1, axis2=2))
        powers = powers @ scaled
    return np.stack(traces, axis=1)
