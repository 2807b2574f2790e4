"""All cyclic groups of a closed one-parameter subgroup, so that Z_q is found without naming q."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import pi, sqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from torch import Tensor

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.discrete.joined import Together, joined_p, learned
from symhep.hypotheses.discrete.orbit_sums import score_sums
from symhep.hypotheses.discrete.randomised import draws_for
from symhep.hypotheses.discrete.scan_record import AngleRow, DiscreteScan, OrderRow
from symhep.hypotheses.discrete.weighting import Moving, Weighting
from symhep.lie.elements.acting import moves
from symhep.lie.elements.closed import ClosedSubgroup
from symhep.lie.elements.element import HIGHEST_ORDER, Element
from symhep.methods.context import stream_for
from symhep.methods.number import Number
from symhep.methods.p_values import PValue

__all__ = ["SCANNED", "SCAN_GROUPS", "Near", "scan_angles"]

FloatArray = npt.NDArray[np.float64]
Verdict = Literal["cyclic", "continuous", "none", "unresolved", "trivial"]

#: Events whose neighbours are sought, for each of 180 angles.
SCANNED = 5000
#: Groups of units: the cost of an order does not grow with the events.
SCAN_GROUPS = 256


@dataclass(frozen=True, eq=False)
class Near:
    """Held-out events x (n, ...), how elements act on them, what makes their images equally probable, their scores.

    ``scores`` takes events like x, and gives (n, 2).
    """

    x: Tensor
    acting: Callable[[Element], Moving]
    weighting: Weighting
    scores: Callable[[Tensor], FloatArray]


def scan_angles(
    subgroup: ClosedSubgroup,
    x: Tensor,
    moments: Callable[[Element], Sequence[Together]],
    near: Near,
    leaves: Callable[[Element], str | None],
    weighting: Weighting,
    seeds: np.random.SeedSequence,
    level: float,
    asked: int | None = None,
) -> DiscreteScan:
    """Test Z_2 to Z_24 of ``subgroup`` on events x (N, P, d).

    All turns of order q generate the same group, so that they share one p-value: that of images under all of Z_q. It
    knows large angles whatever the smallest one is, so that no angle counts as a symmetry because it is too small to
    be seen. Adjusted by Holm's method over the orders, with Z_q implying its subgroups. The answer is Z_q if exactly
    the divisors of q survive: then all its multiples survive, and on both sides of each the nearest turns are rejected.

    Parameters
    ----------
    moments
        Tests by test functions, for each element that generates a group.
    near
        Nearest neighbours of held-out events, of which also the size at every angle comes.
    leaves
        Why an element takes events off the surface that holds them; None: it does not.
    """
    orders = range(2, HIGHEST_ORDER + 1)
    elements = {q: subgroup.element(q) for q in orders}
    acting = {q: element for q, element in elements.items() if moves(element, x)}
    off = {q: why for q, element in acting.items() if (why := leaves(element)) is not None}
    scores = dict[Fraction, FloatArray]()

    def at(turn: Fraction) -> FloatArray:
        if turn not in scores:
            turned = near.acting(subgroup.element(turn.denominator, turn.numerator)) if turn else None
            scores[turn] = near.scores(near.x if turned is None else turned.act(near.x))
        return scores[turn]

    most = draws_for(len(acting) - len(off), level, asked)
    logs, tests = dict[int, float](), dict[int, dict[str, PValue]]()
    for q, element in acting.items():
        if q in off:
            continue
        images = np.stack([at(Fraction(j, q)) for j in range(q)], axis=1)
        moving = near.acting(element)
        sums = score_sums(images, near.weighting, moving, near.x)
        columns = {"neighbours": range(images.shape[2])}
        parts = [
            *moments(element),
            Together(sums.groups, learned(sums, columns), near.weighting.shares(moving, near.x), sums.skew),
        ]
        rng = np.random.default_rng(stream_for(seeds, f"images of {element.name}"))
        logs[q], single = joined_p(parts, rng, most, weighting.kind)
        tests[q] = {name: PValue.of(log_p, kind) for name, (log_p, kind) in single.items()}
    implies = {q: [d for d in logs if d < q and q % d == 0] for q in logs}
    family = adjusted(logs, level, implies=implies, kinds=dict.fromkeys(logs, weighting.kind))
    rows = [
        OrderRow(order=q, how="trivial")
        if q not in acting
        else OrderRow(order=q, how="support", why=off[q])
        if q in off
        else OrderRow(order=q, **dict(family[q]), tests=tests[q])
        for q in orders
    ]
    verdict, order = _verdict(rows)
    return DiscreteScan(
        generator=subgroup.name, verdict=verdict, name=_name(verdict, order, rows, subgroup.words), order=order,
        cyclic_groups=rows, angles=_angles(at, near.weighting) if acting else (),
    )  # fmt: skip


def _verdict(rows: Sequence[OrderRow]) -> tuple[Verdict, int | None]:
    alive = {row.order for row in rows if row.survives}
    if all(row.how == "trivial" for row in rows):
        return "trivial", None
    if len(alive) == len(rows):
        return "continuous", None
    if not alive:
        return "none", None
    largest = max(alive)
    if alive == {d for d in range(2, largest + 1) if largest % d == 0}:
        return "cyclic", largest
    return "unresolved", None


def _name(verdict: Verdict, order: int | None, rows: Iterable[OrderRow], words: str) -> str:
    if verdict == "cyclic":
        return f"Z_{order} {words}"
    if verdict == "continuous":
        return f"SO(2) {words}"
    return "not resolved" if verdict == "unresolved" else verdict


def _angles(at: Callable[[Fraction], FloatArray], weighting: Weighting) -> list[AngleRow]:
    """The mean of s(x) - s(g x), s that of twenty neighbours, with its error over groups of units."""
    turns = sorted({Fraction(k, q) for q in range(2, HIGHEST_ORDER + 1) for k in range(1, q // 2 + 1)})
    own, total = at(Fraction(0))[:, -1], float(weighting.weights.sum())
    rows = []
    for turn in turns:
        change = own - at(turn)[:, -1]
        mean = float(weighting.weights @ change / total)
        left = np.bincount(weighting.groups, weighting.weights * (change - mean))
        error = sqrt(float((left**2).sum())) / abs(total)
        size = Number.with_error(mean, error, method="mean log of the ratio of distances, held-out events")
        rows.append(AngleRow(angle=2 * pi * float(turn), order=turn.denominator, size=size))
    return rows
