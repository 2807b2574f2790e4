"""Which candidates move the events along what holds them all, and which lead off it.

Events that conserve momentum, or sit on mass shells, lie on a surface. A flow that leaves it carries the density away,
so it is excluded by geometry alone; and its moments may not even vary, which a test of their rank does not stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from symhep.errors import MethodError
from symhep.lie.canonical_basis import canonical_basis
from symhep.stats.constraints import Constraint
from symhep.stats.support import affine_hull, quadrics
from symhep_moments.fit.support_groups import MOST_MONOMIALS, SupportGroup, some_points, support_groups
from symhep_moments.sample import Events

__all__ = ["Support", "support_of"]

FloatArray = npt.NDArray[np.float64]

#: A constraint is known to a millionth of the width of the events; a flow that changes it by less than this, relative
#: to how far it moves the events, keeps it.
KEPT = 1e-3


@dataclass(frozen=True, eq=False)
class Support:
    """What the events fill, and which candidates leave it.

    Attributes
    ----------
    tangent
        (G, G') orthonormal combinations of the candidates that move the events along their support: candidates
        as they are where possible, first.
    still
        (G, S) orthonormal combinations that move no event at all, such as rotations about a line that holds them.
    excluded
        (label, why) of the candidates that are in neither span.
    rank
        Dimensions of the plane that holds the events.
    dimension
        P d, numbers of an event.
    constraints
        What holds for all events: 'the sum of px is 0 GeV'.
    equations
        The linear and quadratic ones that candidates are to keep, as forms (q, C + 1, C + 1) of the C numbers of scaled
        events, and of the members of each set, by the name of the `SupportGroup`.
    """

    tangent: FloatArray
    still: FloatArray
    excluded: tuple[tuple[str, str], ...]
    rank: int
    dimension: int
    constraints: tuple[str, ...]
    equations: Mapping[str, FloatArray] = field(default_factory=dict)

    def motionless(self, labels: Sequence[str]) -> list[str]:
        """Those of the candidates, called ``labels``, that move no event on their own."""
        return [label for label, inside in zip(labels, _inside(self.still), strict=True) if inside]


def support_of(events: Events, more: FloatArray | None = None) -> Support:
    """The support of ``events``, from linear and quadratic equations that all of them satisfy, and the events ``more``
    (n, P, D) beside them.

    Of members of sets, whose number varies, the sum belongs to the event, and quadratic equations that hold for each
    of them are sought: an empty place says nothing. A candidate v keeps (x, 1)^T Q (x, 1) = 0 if (x, 1)^T Q (v, 0) = 0
    at all events. Weights do not matter, but events of weight zero do not count.

    Raises `MethodError` where there are not more events than numbers in one of them, or all are the same.

    >>> import torch
    >>> from symhep.lie.bases import poincare
    >>> p = torch.from_numpy(np.random.default_rng(1).normal(size=(200, 3)))
    >>> x = torch.ones(200, 2, 4, dtype=torch.float64)  # two bodies, back to back, of fixed energy
    >>> x[:, 0, 1:] = p / p.norm(dim=1, keepdim=True)
    >>> x[:, 1, 1:] = -x[:, 0, 1:]
    >>> events = Events(x, torch.ones(200), 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare(), particles=("a", "b"))
    >>> found = support_of(events)
    >>> [poincare().labels[a] for a in found.tangent.argmax(axis=0)], found.excluded[0]
    (['J_x', 'J_y', 'J_z'], ('K_x', 'it changes the sum of px and E of a'))
    """
    points = some_points(events)
    groups = support_groups(events, points if more is None else np.concatenate([points, more]))
    whole = groups[0]
    n, dimension = whole.flat.shape
    if n <= dimension + 1:
        raise MethodError(
            f"{n} events with {dimension} components each are too few to test a density; use more events"
        )
    size = np.sqrt(sum((g.v**2).sum(axis=(1, 2)) for g in groups) / sum(g.v[0].size for g in groups))
    unit = np.where(size > 0, size, 1.0)
    groups = [replace(g, v=g.v / unit[:, None, None]) for g in groups]
    whole, flat = groups[0], groups[0].flat
    hull = affine_hull(flat)
    if hull.rank == 0:
        raise MethodError("all events are identical: nothing can be tested")
    planes = _planes(hull.normals, hull.offsets)
    equations = {"": np.concatenate([planes, _surfaces(whole)])}
    equations |= {g.name: _surfaces(g) for g in groups[1:]}
    changes = [_changes(equations[g.name], g.flat, g.v) for g in groups]
    kept = _null(sum(np.einsum("aqn,bqn->ab", c, c) / c.shape[2] for c in changes))
    still = _null(sum(np.einsum("ani,bni->ab", g.v, g.v) / g.v[0].size for g in groups))
    known = [g.constraints(events) for g in groups]
    # v was scaled: combinations c of scaled fields are c / unit of the given ones.
    still = _orthonormal(still / unit[:, None])
    tangent = _readable(_without(_orthonormal(kept / unit[:, None]), still))
    return Support(
        tangent,
        still,
        _excluded(np.c_[tangent, still], events, groups, known),
        hull.rank,
        dimension,
        tuple(c.text for some in known for c in some),
        equations,
    )


def _planes(normals: FloatArray, offsets: FloatArray) -> FloatArray:
    """Linear equations as forms (q, F + 1, F + 1)."""
    forms = np.zeros((len(normals), normals.shape[1] + 1, normals.shape[1] + 1))
    forms[:, -1, :-1] = forms[:, :-1, -1] = normals / 2
    forms[:, -1, -1] = -offsets
    return forms


def _surfaces(group: SupportGroup) -> FloatArray:
    """Quadratic equations as forms (q, C + 1, C + 1), of all vectors together, or else of single ones."""
    flat = group.flat
    f = flat.shape[1] + 1
    if f * (f + 1) // 2 <= MOST_MONOMIALS:
        found = quadrics(flat)
        return _in_units(found.forms, found.unit)
    whole: list[FloatArray] = []
    ends = np.cumsum(group.present.sum(axis=1))
    for number, (end, has) in enumerate(zip(ends, group.present, strict=True)):
        place = np.r_[end - has.sum() : end, f - 1]
        found = quadrics(group.x[:, number][:, has])
        forms = np.zeros((len(found), f, f))
        forms[:, place[:, None], place] = _in_units(found.forms, found.unit)
        whole.append(forms)
    return np.concatenate(whole)


def _in_units(forms: FloatArray, unit: float) -> FloatArray:
    """Forms for points divided by ``unit``, as forms of the points."""
    shrink = np.r_[np.full(forms.shape[1] - 1, 1 / unit), 1.0]
    return np.asarray(shrink[:, None] * forms * shrink)


def _changes(forms: FloatArray, flat: FloatArray, v: FloatArray) -> FloatArray:
    """2 (x, 1)^T Q (v, 0): how fast each equation stops to hold, (G, q, n)."""
    slopes = 2 * np.einsum("qij,nj->qni", forms[:, :-1], np.c_[flat, np.ones(len(flat))])
    return np.asarray(np.einsum("qni,ani->aqn", slopes, v, optimize=True))


def _null(gram: FloatArray) -> FloatArray:
    """(G, m) combinations whose root mean square is next to none."""
    values, vectors = np.linalg.eigh(gram)
    return np.asarray(vectors[:, values < KEPT**2])


def _orthonormal(columns: FloatArray) -> FloatArray:
    """The canonical basis of the span of the columns (G, m)."""
    return canonical_basis(np.linalg.qr(columns)[0].T).T


def _without(span: FloatArray, taken: FloatArray) -> FloatArray:
    """Canonical basis of the part of ``span`` (G, m) that is orthogonal to ``taken`` (G, s), which lies in it."""
    u, s, _ = np.linalg.svd(span - taken @ (taken.T @ span), full_matrices=False)
    return canonical_basis(u[:, s > 0.5].T).T


def _inside(span: FloatArray) -> npt.NDArray[np.bool_]:
    """(G,) does the candidate lie in ``span``?"""
    return np.asarray(np.linalg.norm(np.eye(len(span)) - span @ span.T, axis=0) < KEPT)


def _readable(span: FloatArray) -> FloatArray:
    """The same span: candidates that lie in it as they are, and what is orthogonal to these.

    Of the rest, which has no basis of its own, it is the candidate with the longest projection, made orthogonal to
    those before, and so on: the same on every processor.
    """
    plain = np.eye(len(span))[:, _inside(span)]
    rest = _without(span, plain)
    left, columns = rest @ rest.T, [plain]
    for _ in range(rest.shape[1]):
        longest = int(
            np.argmax(np.round(np.linalg.norm(left, axis=0), 6))
        )  # rounded: the first of equal ones
        column = left[:, longest] / np.linalg.norm(left[:, longest])
        columns.append(column[:, None])
        left = left - np.outer(column, column @ left)
    return np.concatenate(columns, axis=1)


def _excluded(
    span: FloatArray, events: Events, groups: Sequence[SupportGroup], known: Sequence[Sequence[Constraint]]
) -> tuple[tuple[str, str], ...]:
    """Candidates outside ``span``, and which constants of the events they change."""
    named: list[Constraint] = []
    changes: list[FloatArray] = []
    for group, some in zip(groups, known, strict=True):
        own = [c for c in some if c.form is not None]
        f = group.flat.shape[1] + 1
        forms = np.array([c.form for c in own]).reshape(-1, f, f)
        grow = np.r_[np.full(f - 1, events.scale), 1.0]
        scaled = grow[:, None] * forms * grow
        scaled /= np.linalg.norm(scaled[:, :, :-1], axis=(1, 2), keepdims=True)
        changes.append(np.sqrt((_changes(scaled, group.flat, group.v) ** 2).mean(axis=2)))  # (G, q)
        named += own
    found = []
    for label, inside, change in zip(
        events.generators.labels, _inside(span), np.concatenate(changes, axis=1), strict=True
    ):
        if not inside:
            broken = [c.quantity for c, size in zip(named, change, strict=True) if size > KEPT]
            why = (
                f"it changes {' and '.join(broken[:2])}"
                if broken
                else "it does not preserve the surface on which the events lie"
            )
            found.append((label, why))
    return tuple(found)
