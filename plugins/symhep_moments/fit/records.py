"""The record and the arrays of a measurement.

Arrays (K functions, G candidates, G' of them or of their combinations on the support, r found, M maps):
``functions`` (K,), ``candidates`` (G,), ``tested`` (G',), ``generator_labels`` (r,) names; ``pulls`` (K, G') and
``pulls_found`` (K, r) moments over their errors (NaN: no spread), of the fitted directions what the fit leaves;
``generators`` and ``generators_error`` (r, G); ``map_values`` and ``map_errors`` (M, X, Y) with edges ``map_x``
(X + 1,), ``map_y`` (Y + 1,), ``map_labels`` and ``map_kinds`` (M,), ``map_axes`` (2,); with systematic variations
``varied_keys`` (S,) which sizes, ``varied_values`` and ``varied_errors`` (S, A) under each alternative, the errors
those of the difference (NaN: unknown); and those of the symmetry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.algebra.record import Alternative
from symhep.hypotheses.candidates.record import Untested
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.support.told import surface_record
from symhep.lie.labels import combination_label
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import Number
from symhep.methods.p_values import PKind, PValue
from symhep.methods.result import Arrays
from symhep.stats.residual_forms import BlockTest
from symhep_moments.fit.bounds.rows import bounds_record, of_algebra, of_candidate, of_subgroup
from symhep_moments.fit.functions.harmonics import is_harmonic
from symhep_moments.fit.maps import BreakingMap
from symhep_moments.fit.measured import Measurement
from symhep_moments.fit.moments import Moments
from symhep_moments.fit.pulls import candidate_pulls, fitted_pulls
from symhep_moments.fit.rank import RankTest
from symhep_moments.fit.symmetry import symmetry_of
from symhep_moments.fit.whitening import ALL, HARMONICS
from symhep_moments.record import (
    AlgebraRecord,
    BinRow,
    BlockRow,
    Candidate,
    Closure,
    Excluded,
    Functions,
    LeftOut,
    MomentsRecord,
    RankRow,
    SupportRecord,
)

__all__ = ["arrays_of", "record_of"]

FloatArray = npt.NDArray[np.float64]

#: In place of the name of an algebra.
NOT_FITTED = "not fitted"


def record_of(m: Measurement) -> MomentsRecord:
    """All that is stored but the arrays."""
    generators, support = _generators(m), m.support
    return MomentsRecord(
        algebra=_algebra(m, generators),
        generators=generators,
        symmetry=symmetry_of(m, generators).to_record(),
        chain=[_rank(t, m.level, m.kind) for t in sorted(m.ranks.tests, key=lambda t: -t.r)],
        candidates=_candidates(m),
        catalogue=None if m.lattice is None else m.lattice.order.catalogue.key,
        subgroups=() if m.lattice is None else [of_subgroup(row, m.bounds) for row in m.lattice.rows],
        maximal_subgroups=() if m.lattice is None else m.lattice.maximal,
        discrete=m.discrete,
        cyclic_scan=m.scan,
        groups=m.groups,
        not_fitted=m.not_fitted,
        clearest_bins=[_clearest_bin(one) for one in _filled(m.maps)],
        sectors=m.sectors.rows,
        support=SupportRecord(
            rank=support.rank, numbers=support.dimension, constraints=support.constraints,
            excluded=[Excluded(label=label, why=why) for label, why in support.excluded],
            still=support.motionless(m.events.generators.labels),
            algebra=None if m.surface is None else surface_record(m.surface),
        ),
        functions=Functions(
            number=len(m.moments.labels), blocks=_named_blocks(m.moments)
        ),
        events=_events(m),
        subsample=len(m.events) if m.events.subsampled else None,
        vectors=VectorsRecord(number=m.events.x.shape[1], components=m.events.names),
        scale=m.events.scale,
        unit=m.events.unit,
        significance_level=m.level,
        reference=m.reference,
        steep=() if m.along is None else m.along.steep or (),
        edges=m.edges,
        bounds=bounds_record(m, generators),
        left_out=[LeftOut(label=label, why=why) for label, why in m.events.left_out],
        thresholds=m.thresholds,
        whole=m.whole,
        systematic_terms=m.systematic,
    )  # fmt: skip


def _named_blocks(moments: Moments) -> dict[str, tuple[int, int]]:
    """Block -> first, end; harmonics, which come one after the other, are one."""
    found: dict[str, tuple[int, int]] = {}
    for name, block in moments.blocks.items():
        name = HARMONICS if is_harmonic(name) else name
        start = found[name][0] if name in found else block.start
        found[name] = (start, block.stop)
    return found


def _events(m: Measurement) -> EventsRecord:
    """Of the rows that were read; equal ones of one event are one row of ``events`` with their weight."""
    events = m.events
    if m.counted is not None:
        return EventsRecord(
            used=events.number, available=events.available or events.number, effective=m.counted.effective,
            negative=m.counted.negative, copies=m.counted.copies.repeated, alike=m.counted.copies.alike,
        )  # fmt: skip
    told = EventsRecord.of(
        events.weights.cpu().numpy(), events.available or len(events), events.copies, events.source
    )
    used = len(events) if events.read is None else events.available or len(events)
    return told.model_copy(update={"used": used})


def _rank(t: RankTest, level: float, kind: PKind) -> RankRow:
    return RankRow(
        **_block(t.blocks[ALL]) | dict(PValue.of(t.log_p, kind)), dimension=t.r, rejected=t.log_p <= math.log(level),
        blocks={name: BlockRow(**_block(block)) for name, block in t.blocks.items()},
    )  # fmt: skip


def _block(t: BlockTest) -> dict[str, Any]:
    return {**dict(PValue.of(t.log_p)), "statistic": t.statistic, "dof": t.dof, "spread": t.spread}


def _candidates(m: Measurement) -> list[Candidate]:
    """Those of the card in their order, those that are not tested too; then tangent combinations of them."""
    tests = {t.label: t for t in m.candidates}
    untested: dict[str, Untested] = {label: "support" for label, _ in m.support.excluded}
    if m.not_fitted is not None:
        untested |= dict.fromkeys([a for a in m.moments.generators.labels if a not in tests], "unfitted")
    untested |= dict.fromkeys(m.support.motionless(m.events.generators.labels), "trivial")
    rows = []
    for label in dict.fromkeys([*m.events.generators.labels, *tests]):
        if label not in tests:
            rows.append(Candidate(label=label, how=untested.get(label, "combined")))
            continue
        # Off its support a density changes altogether: a size would say nothing.
        by: Literal["orbits", "derivatives"] | None = None
        if m.along is not None:
            by = "orbits" if label in m.along.tests else "derivatives"
        sizes = of_candidate(label, m.bounds)
        rows.append(Candidate(label=label, **dict(tests[label].p), relative_by=by, **sizes))
    return rows + [Candidate(label=label, how="undefined") for label, _ in m.events.left_out]


def _algebra(m: Measurement, generators: Sequence[GeneratorRow]) -> AlgebraRecord:
    best, algebra = m.ranks.best, m.algebra
    if m.not_fitted is not None:
        return AlgebraRecord(dimension=None, name=NOT_FITTED)
    if best is None or algebra is None or m.region is None:
        return AlgebraRecord(dimension=0, name="0")
    named, closure = algebra.identification, algebra.closure_log_p
    return AlgebraRecord(
        dimension=best.r, name=named.name, stability=named.stability,
        **dict(PValue.of(best.log_p if algebra.log_p is None else algebra.log_p, m.kind)), angle_95=m.region.angle_95,
        alternatives=Alternative.of(named.alternatives), **of_algebra(m, generators),
        closure_test=Closure(
            exists=algebra.theta is not None, chi_squared=algebra.distance, conditions=algebra.conditions,
            **dict(PValue.of(closure)), rejected=closure is not None and closure <= math.log(m.level),
        ),
    )  # fmt: skip


def _basis(m: Measurement) -> tuple[FloatArray, FloatArray]:
    """Coefficients of the symmetries found in the candidates of the card, and their errors: (G, r) each."""
    tangent = m.support.tangent
    if m.region is None:
        return np.zeros((len(tangent), 0)), np.zeros((len(tangent), 0))
    g, r = m.region.theta.shape
    blocks = m.region.covariance.reshape(r, g, r, g)
    variance = np.einsum("ca,iaib,cb->ci", tangent, blocks, tangent, optimize=True)
    return tangent @ m.region.theta, np.sqrt(np.maximum(variance, 0.0))


def _generators(m: Measurement) -> list[GeneratorRow]:
    labels, angles = m.events.generators.labels, () if m.region is None else m.region.angles_95
    found = []
    for values, errors, angle in zip(*(part.T for part in _basis(m)), angles, strict=True):
        coefficients = dict(zip(labels, values.tolist(), strict=True))
        noise = dict(zip(labels, errors.tolist(), strict=True))
        label = combination_label(values, errors, labels)
        found.append(GeneratorRow(label=label, coefficients=coefficients, errors=noise, angle_95=angle))
    return found


def arrays_of(m: Measurement) -> Arrays:
    """What the figures need, and the matrices of the symmetry."""
    best, (coefficients, errors), generators = m.ranks.best, _basis(m), _generators(m)
    found = np.zeros((len(m.moments.labels), 0))
    if m.region is not None and best is not None:
        found = fitted_pulls(m.moments, m.region.theta, best.normal)
    return {
        "functions": _strings(m.moments.labels),
        "candidates": _strings(m.events.generators.labels),
        "tested": _strings(m.moments.generators.labels),
        "pulls": candidate_pulls(m.moments),
        "pulls_found": found,
        "generators": coefficients.T,
        "generators_error": errors.T,
        "generator_labels": _strings([row.label for row in generators]),
        **symmetry_of(m, generators).to_arrays(),
        **_varied_arrays(m),
        **_map_arrays(_filled(m.maps)),
        **m.sectors.arrays(),
    }


def _filled(maps: Sequence[BreakingMap]) -> list[BreakingMap]:
    """Maps in which anything can change: a shift of the energy, say, leaves all directions alone."""
    return [m for m in maps if (m.errors > 0).any()]


def _clearest_bin(m: BreakingMap) -> BinRow:
    """The bin of a map that differs from zero by most errors."""
    known = np.isfinite(m.values) & (m.errors > 0)
    pulls = np.divide(np.abs(m.values), m.errors, out=np.full_like(m.values, -1.0), where=known)
    i, j = np.unravel_index(int(pulls.argmax()), pulls.shape)
    value = Number.with_error(float(m.values[i, j]), float(m.errors[i, j]))
    return BinRow(
        label=m.label, kind=m.kind, axes=m.axes, x_edges=m.x[i : i + 2], y_edges=m.y[j : j + 2], departure=value,
        bins=known.sum(),
    )  # fmt: skip


def _map_arrays(maps: Sequence[BreakingMap]) -> Arrays:
    if not maps:
        return {"map_values": np.zeros((0, 0, 0)), "map_labels": _strings([])}
    return {
        "map_values": np.array([m.values for m in maps]),
        "map_errors": np.array([m.errors for m in maps]),
        "map_x": maps[0].x,
        "map_y": maps[0].y,
        "map_labels": _strings([m.label for m in maps]),
        "map_kinds": _strings([m.kind for m in maps]),
        "map_axes": _strings(maps[0].axes),
    }


def _varied_arrays(m: Measurement) -> Arrays:
    """Sizes under systematic variations: keys (k,), and values and errors of their differences (k, A), NaN: unknown."""
    found = {
        f"candidates[{t.label}].size": None if m.bounds is None else m.bounds.varied(t.label)
        for t in m.candidates
    }
    found |= {f"discrete[{row.name}].size": m.moved.get(row.same_as or row.name) for row in m.discrete}
    known = {key: pair for key, pair in found.items() if pair is not None}
    if not known:
        return {}
    values, errors = (np.array([pair[i] for pair in known.values()]) for i in range(2))
    return {"varied_keys": _strings(list(known)), "varied_values": values, "varied_errors": errors}


def _strings(values: Sequence[str]) -> npt.NDArray[np.str_]:
    return np.array(values, dtype=np.str_) if len(values) else np.zeros(0, dtype="U1")
