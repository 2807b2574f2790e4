"""Records of tests as JSON, as `symhep_moments.fit.records` describes it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.p_values import p_numbers
from symhep.stats.residual_forms import BlockTest
from symhep_moments.fit.candidates import CandidateTest
from symhep_moments.fit.discrete.elements import DiscreteTest
from symhep_moments.fit.maps import BreakingMap
from symhep_moments.fit.rank import Chain
from symhep_moments.fit.whitening import ALL
from symhep_moments.subgroups import LatticeTest, SubgroupTest

__all__ = [
    "candidate_numbers",
    "chain_numbers",
    "clearest_bin",
    "discrete_numbers",
    "finite",
    "subgroup_numbers",
]

Numbers = dict[str, Any]


def finite(value: float | None) -> float | None:
    """A number for JSON; None where there is none."""
    return float(value) if value is not None and math.isfinite(value) else None


def _p(log_p: float | None, ending: str = "") -> Numbers:
    if log_p is None:
        return {f"p_value{ending}": None, f"log10_p{ending}": None}
    return {f"{name}{ending}": value for name, value in p_numbers(log_p).items()}


def chain_numbers(chain: Chain) -> list[Numbers]:
    """Every rank, r falling."""
    threshold = math.log(chain.level)
    return [
        {
            "r": t.r, **_p(t.log_p), **_statistic(t.blocks[ALL]), "rejected": bool(t.log_p <= threshold),
            "blocks": {name: {**_p(b.log_p), **_statistic(b)} for name, b in t.blocks.items()},
        }
        for t in sorted(chain.tests, key=lambda t: -t.r)
    ]  # fmt: skip


def _statistic(tested: BlockTest) -> Numbers:
    return {"statistic": finite(tested.statistic), "dof": float(tested.dof), "spread": float(tested.spread)}


def candidate_numbers(
    labels: Iterable[str], tests: Sequence[CandidateTest], off_support: Iterable[str], level: float
) -> list[Numbers]:
    """The candidates of the card in their order, those that are not tested too; then tangent combinations of them."""
    by_label, off = {t.label: t for t in tests}, frozenset(off_support)
    names = dict.fromkeys([*labels, *by_label])
    return [_candidate(name, by_label.get(name), level) | {"off_support": name in off} for name in names]


def _candidate(label: str, test: CandidateTest | None, level: float) -> Numbers:
    log_p, adjusted = (None, None) if test is None else (test.log_p, test.log_p_adjusted)
    return {
        "label": label, **_p(log_p), **_p(adjusted, "_adjusted"),
        "rejected": None if adjusted is None else bool(adjusted <= math.log(level)),
        "strength": None, "smallest_visible": None,
    }  # fmt: skip


def subgroup_numbers(found: LatticeTest) -> tuple[list[Numbers], list[Numbers]]:
    """All classes, and those of them that are maximal."""
    rows = [_subgroup(t, found.order.catalogue[t.name].written) for t in found.tests]
    return rows, [row for row in rows if row["name"] in found.maximal]


def _subgroup(t: SubgroupTest, written: str) -> Numbers:
    return {
        "name": t.name, "label": t.label, "written": written, "algebra": t.algebra, "dimension": t.dimension,
        **_p(t.log_p), **_p(t.log_p_adjusted, "_adjusted"), "rejected": t.rejected, "survives": t.survives,
        "how": t.how,
        "by": list(t.by), "limit_of": list(t.limit_of), "free": t.free,
        "at_lab": t.survives and t.rejected_lab is False,
        "generators": _rows(t.generators), "element": _rows(t.element),
        "parameters": {name: float(value) for name, value in t.parameters.items()},
    }  # fmt: skip


def _rows(matrix: npt.NDArray[np.float64] | None) -> list[list[float]] | None:
    return None if matrix is None else np.asarray(matrix).tolist()


def discrete_numbers(tests: Iterable[DiscreteTest]) -> list[Numbers]:
    """Every discrete element that was asked for."""
    return [_discrete(t) for t in tests]


def _discrete(t: DiscreteTest) -> Numbers:
    c, a = t.classifier, t.asymmetry
    gain = None if c is None else {**_p(c.log_p), "gain": finite(c.gain), "error": finite(c.gain_error)}
    return {
        "name": t.name, "meaning": t.meaning, "order": t.order, "same_as": t.same_as, "trivial": t.trivial,
        **_p(t.log_p), **_p(t.log_p_adjusted, "_adjusted"), "rejected": t.rejected,
        "moment": None if t.moment is None else _p(t.moment.log_p), "classifier": gain,
        "asymmetry": None if a is None else a.to_json(),
    }  # fmt: skip


def clearest_bin(m: BreakingMap) -> Numbers:
    """The bin of a map that differs from zero by most errors."""
    known = np.isfinite(m.values) & (m.errors > 0)
    pulls = np.divide(np.abs(m.values), m.errors, out=np.full_like(m.values, -1.0), where=known)
    i, j = np.unravel_index(int(pulls.argmax()), pulls.shape)
    return {
        "label": m.label, "kind": m.kind, "axes": list(m.axes), "x": m.x[i : i + 2].tolist(),
        "y": m.y[j : j + 2].tolist(), "value": finite(m.values[i, j]), "error": finite(m.errors[i, j]),
        "bins": int(known.sum()),
    }  # fmt: skip
