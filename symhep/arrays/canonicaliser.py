"""Each event at one place of its orbit: a scikit-learn transformer made from the symmetry of a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from symhep.arrays.frames import frames_of
from symhep.errors import CardError, as_card_error
from symhep.events.kinds import MOMENTUM
from symhep.lie.sampling.finite import finite_group
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry

__all__ = ["Canonicaliser"]

FloatArray = npt.NDArray[np.float64]

#: Numbers of an event that differ by less than this share of its largest are equal.
SAME = 1e-9


class Canonicaliser(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Moves each event to a representative of its orbit under the symmetry that a result states.

    Two events that the symmetry maps to each other become the same, so that a classifier behind it need not learn the
    symmetry from examples: its output is invariant, and fewer events are enough. What the group keeps (masses, scalar
    products, energies) stays as it is. A symmetry that the events do not have, or that tells signal from background,
    would take information away: test it first.

    The frame, as `canonicalise:` of a card has it for the usual groups:

    - rotations about an axis: the reference, or the first other vector that is not along the axis, has azimuth 0;
    - SO(3), and SO(n) on n directions: the reference points along z, the next one lies in the x-z plane with x > 0;
    - a rotation of several planes by one angle: the phase of the reference in the slowest plane is 0;
    - a boost along one direction: the whole event has rapidity 0 there;
    - discrete elements: of the images of an event the one whose numbers, in order, are the largest.

    Other groups, such as all boosts, are refused by name. Members that are 0 in all components (padding) stay 0.

    Parameters
    ----------
    symmetry
        A `Result` that states a symmetry, or a `symhep.Symmetry`.
    generators, elements
        Names of those to use, of ``result.generators.names`` and of the discrete elements; None: all, []: none.
    reference
        Number of the vector, from 0, that is turned.

    Attributes
    ----------
    symmetry_
        What acts.
    n_features_in_
        Numbers of an event.

    Raises
    ------
    CardError
        In ``fit``, for a result without a symmetry, unknown names and groups without a frame.

    Examples
    --------
    >>> import symhep
    >>> x = np.random.default_rng(1).normal(size=(400, 3))
    >>> result = symhep.analyse(x, "oracle", oracle="l2")  # rotations of three numbers
    >>> frame = Canonicaliser(result).fit(x)
    >>> frame.transform([[3.0, 0.0, 4.0], [0.0, -5.0, 0.0]]).round(9).tolist()
    [[0.0, 0.0, 5.0], [0.0, 0.0, 5.0]]

    In front of a classifier::

        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline

        tagger = make_pipeline(Canonicaliser(result), LogisticRegression()).fit(x, y)
    """

    def __init__(
        self,
        symmetry: Result[Any] | Symmetry | None = None,
        *,
        generators: Sequence[str] | None = None,
        elements: Sequence[str] | None = None,
        reference: int = 0,
    ) -> None:
        self.symmetry = symmetry
        self.generators = generators
        self.elements = elements
        self.reference = reference

    def fit(self, X: Any, y: Any = None) -> Canonicaliser:
        """Check that the symmetry acts on such events and that its group has a frame; nothing is learnt from them.

        Parameters
        ----------
        X
            (N, P, d) vectors, or (N, P d) the same in a row, in the units of the result: four-momenta (E, px, py, pz)
            in GeV, or its features. Of momenta also (N, P, 3) and (N, P, 2), where nothing mixes them with the rest.
        y
            Not used; pipelines pass it.

        Returns
        -------
        Canonicaliser
            Itself.

        Raises
        ------
        CardError
            For a result without a symmetry, unknown names, events of another shape, translations, and groups without a
            frame.
        """
        self.symmetry_ = self._stated()
        x, _ = self._vectors(X, reset=True)
        s = self.symmetry_
        if not 0 <= self.reference < x.shape[1]:
            raise CardError(f"reference {self.reference} is not one of the {x.shape[1]} vectors")
        d = s.generators.shape[1] - 1
        if len(s.generators) and np.abs(s.generators[:, :d, d]).max() > 0:
            moved = [n for n, g in zip(s.labels, s.generators, strict=True) if g[:d, d].any()]
            raise CardError(
                f"{', '.join(moved)}: no canonical frame for translations",
                hint="exclude them with generators=[...]",
            )
        self.frames_ = frames_of(s.generators[:, :d, :d], s.labels) if len(s.labels) else []
        with as_card_error("elements"):
            self.finite_ = finite_group(s.elements) if len(s.names) else np.zeros((0, 0, 0))
        self._require_normal(x.shape[1])
        return self

    def transform(self, X: Any) -> Any:
        """The representative of each event.

        Parameters
        ----------
        X
            As in `fit`.

        Returns
        -------
        ndarray
            In the shape of ``X``.

        Raises
        ------
        MethodError
            For an event without a frame: a zero reference vector, or one along the axis.
        """
        check_is_fitted(self)
        x, back = self._vectors(X, reset=False)
        best = self._framed(x)
        for element in self.finite_[1:]:
            image = self._framed(self.symmetry_.act(np.broadcast_to(element, (len(x), *element.shape)), x))
            best = np.where(_larger(image, best)[:, None, None], image, best)
        return back(best + 0.0)  # no -0.0

    def _stated(self) -> Symmetry:
        given = self.symmetry
        if isinstance(given, Result):
            found = Symmetry.of(given)
            if found is None:
                raise CardError(
                    "the result contains no symmetry",
                    hint="use a result of moments, oracle or symmetrygan that found one",
                )
            given = found
        if not isinstance(given, Symmetry):
            raise CardError(f"symmetry: {type(given).__name__} is not a Result or a Symmetry")
        chosen = given.only(self.generators, self.elements)
        if not chosen.labels and not chosen.names:
            raise CardError("the symmetry is empty: it has no generators and no discrete elements")
        return chosen

    def _vectors(self, X: Any, *, reset: bool) -> tuple[FloatArray, Callable[[FloatArray], FloatArray]]:
        """(N, P, d) as the matrices see it, and what brings such arrays into the form of ``X``."""
        components = self.symmetry_.components
        d, shape = len(components), getattr(X, "shape", None) or np.asarray(X).shape
        used = list(range(d))
        if len(shape) == 3 and components == MOMENTUM and shape[2] in (2, 3):
            used = [1, 2, 3][: shape[2]]
            self._require_apart(used)
        told = f"are not vectors of ({', '.join(components)})"
        if len(shape) > 3 or (len(shape) == 3 and shape[2] != len(used)):
            raise CardError(f"events of shape {shape[1:]} {told}", hint=f"give (N, P, {d}), or (N, P * {d})")
        if len(shape) == 3:
            x = np.zeros((*shape[:2], d), dtype=np.asarray(X).dtype)
            x[:, :, used] = X
            X = x.reshape(shape[0], -1)
        flat = validate_data(self, X, reset=reset, dtype=np.float64)
        if flat.shape[1] % d:
            raise CardError(f"{flat.shape[1]} features {told}", hint=f"give (N, P, {d}), or (N, P * {d})")
        back = (lambda y: y[:, :, used]) if len(shape) == 3 else (lambda y: y.reshape(len(y), -1))
        return flat.reshape(len(flat), -1, d), back

    def _require_apart(self, used: list[int]) -> None:
        """Raise `CardError` where the symmetry mixes these components with the others, which the events lack."""
        d = len(self.symmetry_.components)
        for matrices in (self.symmetry_.generators, self.symmetry_.elements):
            linear = matrices[:, :-1, :-1]
            there = np.tile(np.isin(np.arange(d), used), linear.shape[1] // d)
            mixed = linear[:, there][:, :, ~there].any() or linear[:, ~there][:, :, there].any()
            if mixed:
                raise CardError(
                    f"vectors of {len(used)} components lack components that the symmetry mixes with them",
                    hint="give four-momenta (E, px, py, pz), or select rotations only with generators=[...]",
                )

    def _framed(self, x: FloatArray) -> FloatArray:
        size = self.symmetry_.generators.shape[1] - 1
        together = x if size == x.shape[2] or not self.frames_ else x.reshape(len(x), 1, -1)
        order = [0]
        if together.shape[1] > 1:
            order = [self.reference, *(i for i in range(x.shape[1]) if i != self.reference)]
        for frame in self.frames_:
            together = frame.moved(together, order)
        return together.reshape(x.shape)

    def _require_normal(self, vectors: int) -> None:
        """Raise `CardError` where sizes do not fit, or elements turn the connected group into another one."""
        s = self.symmetry_
        d = len(s.components)
        for kind, matrices in (("generators", s.generators), ("discrete elements", s.elements)):
            if len(matrices) and matrices.shape[1] - 1 not in (d, vectors * d):
                raise CardError(
                    f"the {kind} act on {(matrices.shape[1] - 1) // d} vectors together; the events have {vectors}"
                )
        if not (len(s.labels) and len(self.finite_)):
            return
        size = max(s.generators.shape[1], s.elements.shape[1]) - 1
        large = [_on_each(m[:, :-1, :-1], size) for m in (s.generators, s.elements)]
        span = np.linalg.qr(large[0].reshape(len(s.labels), -1).T)[0]
        for name, element in zip(s.names, large[1], strict=True):
            images = (element @ large[0] @ np.linalg.inv(element)).reshape(len(s.labels), -1).T
            if np.abs(images - span @ (span.T @ images)).max() > 1e-6 * np.abs(images).max():
                raise CardError(
                    f"{name} does not map the group of {', '.join(s.labels)} to itself: no canonical frame for both",
                    hint="choose generators=[...] or elements=[...]",
                )


def _on_each(matrices: FloatArray, size: int) -> FloatArray:
    """Matrices on one vector as those on all."""
    copies = size // matrices.shape[1]
    return matrices if copies == 1 else np.array([np.kron(np.eye(copies), m) for m in matrices])


def _larger(one: FloatArray, two: FloatArray) -> npt.NDArray[np.bool_]:
    """(N,) is the first number in which the events (N, P, d) differ the larger one in ``one``?"""
    a, b = one.reshape(len(one), -1), two.reshape(len(two), -1)
    scale = np.maximum(np.abs(a), np.abs(b)).max(axis=1, keepdims=True)
    differ = np.abs(a - b) > SAME * scale
    first = differ.argmax(axis=1)
    rows = np.arange(len(a))
    return np.asarray(differ[rows, first] & (a[rows, first] > b[rows, first]))
