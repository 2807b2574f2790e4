"""Compact groups as a card names them: 'SO(3)', 'SO(2)xSO(2)', 'J_z', 'permutations', 'exchange(1,2)', 'SO(3)xP'."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.errors import LieError, nearest
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.lie.generators import Generators
from symhep.lie.kinds import why_undefined
from symhep_moments.fit.given.factors import (
    Cyclic,
    Factor,
    OneParameter,
    Permutations,
    Rotations,
    SeenOneParameter,
)

__all__ = ["CompactGroup", "compact_group", "one_parameter_group", "read_group"]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: An 'x' between two factors: after a bracket, a digit or a letter, before the name of a group.
_TIMES = re.compile(
    r"(?<=[\w)])\s*[x×]\s*(?=(?:[SO]?O\(|so\(|S_|J_|Z_?\d|C?P\b|C\b|T\b|permutations|exchange|reflection))"
)
_ORTHOGONAL = re.compile(r"(SO|so|O)\((\d{1,3})\)")
_SYMMETRIC = re.compile(r"S_?(\d{1,3})")
#: Largest vectors whose rotations are drawn.
LARGEST = 20
#: The orbit of a product of finite groups with more elements is not used up: random elements are.
WHOLE = 64
#: Numbers of images in all, and the fewest and the most of an event: what is lost by n images is 1 / n of the events.
IMAGES, FEWEST, MOST = 12_000, 12, 100
#: Names of algebras, or of their parts, with boosts, translations, dilatations.
_OPEN = re.compile(r"(lorentz|poincare|so\(\d+,\d+\)|SO\(\d+,\d+\)|sl|gl|sp|SL|GL|T|D|K_|P_|R\^)")


@dataclass(frozen=True, eq=False)
class CompactGroup:
    """A compact group that acts on events.

    Attributes
    ----------
    name, meaning
        As in the card, and in words.
    factors
        Subgroups that commute: a random element is a product of random elements.
    """

    name: str
    meaning: str
    factors: tuple[Factor, ...]

    @property
    def permutes(self) -> bool:
        """Does it take vectors to the places of others?"""
        return any(factor.permutes for factor in self.factors)

    @property
    def turns(self) -> tuple[OneParameter, ...]:
        """Its factors of one parameter."""
        return tuple(factor for factor in self.factors if isinstance(factor, OneParameter))

    def count(self, events: int) -> int:
        """Images of an event, itself among them."""
        steps = self._steps(events)
        if steps is not None:
            return steps
        return int(np.clip(IMAGES // max(events, 1), FEWEST, MOST))

    def images(self, x: FloatArray, unit: IntArray, events: int, rng: np.random.Generator) -> FloatArray:
        """Images (n, q, P, D) of events x (n, P, D), the first themselves; rows of one ``unit`` (n,) change alike.

        Given their orbit, all q are alike under the hypothesis: either they are all of the orbit of a finite group, or
        x and q - 1 independent points h x, h drawn from the Haar measure, are exchangeable. ``events``: how many there
        are in all, on which q depends.
        """
        if self._steps(events) is not None:
            found = x[:, None]
            for factor in self.factors:
                steps = factor.steps(events)
                assert steps is not None
                flat = factor.orbit(found.reshape(-1, *x.shape[1:]), steps)
                found = flat.reshape(len(x), -1, *x.shape[1:])
            return found
        moved = np.repeat(x[:, None], self.count(events) - 1, axis=1)
        unit = np.unique(unit, return_inverse=True)[1]
        for factor in self.factors:
            moved = factor.turned(moved, unit, rng)
        return np.concatenate([x[:, None], moved], axis=1)

    def _steps(self, events: int) -> int | None:
        """Elements of the finite group that stands for it, if all of them are taken."""
        total = 1
        for factor in self.factors:
            steps = factor.steps(events)
            if steps is None or (total := total * steps) > WHOLE:
                return None
        return total


def compact_group(name: str, element: Element) -> CompactGroup:
    """The powers of a discrete element."""
    return CompactGroup(name, f"powers of: {element.meaning}", (Cyclic(element),))


def one_parameter_group(
    label: str, matrix: npt.ArrayLike, efficiency: Callable[[FloatArray], FloatArray] | None = None
) -> CompactGroup | None:
    """exp(t W), t over a period, of the affine generator W (d + 1, d + 1); None if it does not come back.

    ``efficiency``: events (n, P, D) -> (n,); images in proportion to it.
    """
    from symhep_moments.fit.closed_orbits import ClosedOrbit  # torch comes with it

    orbit = ClosedOrbit.of(matrix)
    if orbit is None:
        return None
    turn = OneParameter(orbit.matrix, orbit.period)
    if efficiency is not None:
        turn = SeenOneParameter(orbit.matrix, orbit.period, efficiency=efficiency)
    return CompactGroup(label, f"the one-parameter group of {label}", (turn,))


def read_group(text: str, frame: Frame, generators: Sequence[Generators]) -> CompactGroup:
    """The compact group that ``text`` names, on the vectors of ``frame``.

    - SO(n), so(n), O(n): of all n components of each vector, or n = 3 of momenta in space, n = 2 about the beam;
    - SO(2)xSO(2), SO(3)xSO(2), ...: of consecutive components, as many as a vector has;
    - the label of one of ``generators`` with closed orbits: J_z, J_12;
    - permutations, S_n: of the n vectors, or of the n components of a single one;
    - discrete elements, which stand for their powers: P, exchange(1,2), Z_3(z);
    - products of these that commute, with an x between them.

    Raises `LieError` for what cannot be read, does not act on these vectors, or is not compact.

    >>> read_group("SO(2)xSO(2)", Frame(("x1", "x2", "x3", "x4"), ("1",)), ()).meaning
    'rotations of x1, x2; rotations of x3, x4'
    >>> read_group("S_3", Frame(("x1", "x2", "x3"), ("1",)), ()).meaning
    'permutations of x1, x2, x3'
    """
    parts = [part.strip() for part in _TIMES.split(text.strip())]
    sizes = [_ORTHOGONAL.fullmatch(part) for part in parts]
    d = len(frame.components)
    blocks: list[tuple[int, ...] | None] = [None] * len(parts)
    numbers = [int(size[2]) for size in sizes if size]
    if len(numbers) > 1:
        if sum(numbers) != d:
            raise LieError(
                f"'{text}': the rotations act on {sum(numbers)} components, but a vector has {d}",
                hint="the numbers of components must add up: SO(2)xSO(2) acts on four components",
            )
        ends = iter(np.cumsum([0, *numbers]).tolist())
        start = next(ends)
        for place, size in enumerate(sizes):
            if size:
                end = next(ends)
                blocks[place], start = tuple(range(start, end)), end
    found = [_factor(part, text, block, frame, generators) for part, block in zip(parts, blocks, strict=True)]
    groups = [group for group in found if group.factors]
    _require_commuting(text, groups, frame)
    meaning = "; ".join(group.meaning for group in groups)
    if not groups:
        raise LieError(f"'{text}' acts trivially on all events", hint="remove it")
    return CompactGroup(text.strip(), meaning, tuple(f for group in groups for f in group.factors))


def _factor(
    part: str, text: str, block: tuple[int, ...] | None, frame: Frame, generators: Sequence[Generators]
) -> CompactGroup:
    if found := _ORTHOGONAL.fullmatch(part):
        return _rotations(part, found[1] == "O", int(found[2]), block, frame)
    if part == "permutations" or (found := _SYMMETRIC.fullmatch(part)):
        return _permutations(part, None if part == "permutations" else int(found[1]), frame)  # type: ignore[index]
    for known in generators:
        if part in known.labels:
            group = one_parameter_group(part, known.homogeneous()[part])
            if group is None:
                raise _open(part)
            if why := why_undefined(known.homogeneous()[part], frame.components, frame.known, element=False):
                raise LieError(f"'{part}' is not defined on these vectors: {why}", hint="remove it")
            return group
    if _OPEN.match(part) and part != "T":
        raise _open(part)
    try:
        return compact_group(part, read_element(part, frame))
    except LieError as error:
        if "unknown element" not in str(error):
            raise
        names = [label for known in generators for label in known.labels]
        raise LieError(
            f"unknown compact group '{part}' in '{text}'",
            hint=nearest(part, ["SO(3)", "permutations", "S_3", "P", "exchange(1,2)", *names])
            or "write SO(3), SO(2)xSO(2), J_z, permutations, exchange(1,2), Z_3(z)",
        ) from error


def _open(name: str) -> LieError:
    what = (
        "boosts have"
        if name.startswith("K_")
        else "translations have"
        if name.startswith("P_")
        else f"{name} has"
    )
    return LieError(
        f"'{name}': {what} no exact test, the group is not compact",
        hint="name a compact subgroup such as SO(3) or J_z; non-compact symmetries are tested as "
        "candidates (generators)",
    )


def _rotations(name: str, mirrors: bool, n: int, block: tuple[int, ...] | None, frame: Frame) -> CompactGroup:
    d, space = len(frame.components), frame.space
    if block is None:
        if n == d:
            block = tuple(range(d))
        elif frame.spatial and n == len(space):
            block = tuple(space)
        elif frame.spatial and n == 2:
            block = tuple(space[:2])
        else:
            also = f", or the {len(space)} of momenta" if frame.spatial else ""
            raise LieError(
                f"'{name}' acts on {n} components, but a vector has {d}{also}",
                hint=f"write SO({d}), a product such as SO({max(d - 2, 1)})xSO(2), or split the features into vectors",
            )
    if len(block) > LARGEST:
        raise LieError(
            f"'{name}': rotations of more than {LARGEST} components are not supported",
            hint="use fewer components",
        )
    k, words = len(block), ", ".join(frame.components[i] for i in block)
    factors: list[Factor] = []
    if k == 2:
        matrix = np.zeros((d + 1, d + 1))
        matrix[block[1], block[0]], matrix[block[0], block[1]] = 1.0, -1.0
        _require_defined(name, matrix, frame, element=False)
        factors.append(OneParameter(matrix, 2 * np.pi))
    elif k > 2:
        matrix = np.zeros((d, d))
        matrix[np.ix_(block, block)] = 1 - np.eye(k)
        _require_defined(name, matrix, frame, element=False)
        factors.append(Rotations(block))
    if mirrors:
        signs = np.ones(d)
        signs[block[-1]] = -1.0
        last = frame.components[block[-1]]
        mirror = Element(
            f"reflection({last})", f"mirror {last}", np.diag(signs), tuple(range(len(frame.vectors)))
        )
        factors.append(Cyclic(mirror))
    return CompactGroup(name, f"rotations{' and mirrors' if mirrors else ''} of {words}", tuple(factors))


def _require_defined(name: str, matrix: FloatArray, frame: Frame, *, element: bool) -> None:
    if why := why_undefined(matrix, frame.components, frame.known, element=element):
        raise LieError(f"'{name}' is not defined on these vectors: {why}", hint="remove it")


def _permutations(name: str, n: int | None, frame: Frame) -> CompactGroup:
    count, d = len(frame.vectors), len(frame.components)
    if count > 1:
        if n not in (None, count):
            raise LieError(
                f"'{name}' permutes {n} vectors, but an event has {count}", hint=f"write S_{count}"
            )
        for i in range(count):
            for j in range(i):
                apart = bool(frame.objects) and frame.objects[i] != frame.objects[j]
                if why := frame.why_not_exchanged(j, i) or (
                    f"'{frame.vectors[j]}' and '{frame.vectors[i]}' belong to different objects"
                    if apart
                    else ""
                ):
                    raise LieError(
                        f"'{name}': {why}", hint="write exchange(i,j) for vectors of the same object"
                    )
        return CompactGroup(
            name, f"permutations of {', '.join(frame.vectors)}", (Permutations(tuple(range(count)), True),)
        )
    if n not in (None, d):
        raise LieError(f"'{name}' permutes {n} components, but a vector has {d}", hint=f"write S_{d}")
    if frame.spatial:
        raise LieError(
            f"'{name}': the components of a momentum are not exchangeable", hint="name rotations instead"
        )
    if d == 1:
        raise LieError(f"'{name}': a single component cannot be permuted", hint="remove it")
    return CompactGroup(
        name, f"permutations of {', '.join(frame.components)}", (Permutations(tuple(range(d)), False),)
    )


def _require_commuting(text: str, groups: Sequence[CompactGroup], frame: Frame) -> None:
    """A product of random elements of factors is one of the product of the groups only if they commute."""
    if len(groups) < 2:
        return
    x = np.random.default_rng(1).normal(size=(4, len(frame.vectors), len(frame.components)))
    for i, one in enumerate(groups):
        for other in groups[:i]:
            both = []
            for first, second in ((one, other), (other, one)):
                y = x[:, None]
                for group in (first, second):
                    rng = np.random.default_rng(2 + (group is one))
                    for factor in group.factors:
                        y = factor.turned(y, np.zeros(len(x), dtype=np.int64), rng)
                both.append(y)
            if not np.allclose(both[0], both[1], atol=1e-9):
                raise LieError(
                    f"'{text}': {one.name} and {other.name} do not commute, and do not form a direct product",
                    hint="name the group that they generate, such as O(2) or SO(3), or test them separately",
                )
