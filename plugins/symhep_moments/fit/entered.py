"""What the result says of the systematic variations that entered it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.methods.p_values import PValue
from symhep_moments.fit.candidates import CandidateTest, candidate_tests
from symhep_moments.fit.systematics import VariedMoments, parameters_of
from symhep_moments.options import MomentsOptions
from symhep_moments.record import SystematicTerms
from symhep_moments.sample import Sample

__all__ = ["systematic_terms"]


def systematic_terms(
    sample: Sample,
    under: VariedMoments,
    candidates: Sequence[CandidateTest],
    not_fitted: str | None,
    options: MomentsOptions,
) -> SystematicTerms | None:
    """Of the events, or of the reference; None where neither has any. ``under``: of the events' candidates."""
    variations = sample.variations or sample.reference_variations
    if not variations:
        return None
    alone = {}
    if under.nominal is not under.statistical:
        tests = candidate_tests(under.statistical, options.level)
        alone = {t.label: t.p.p for t in tests}
    return SystematicTerms(
        of="events" if sample.variations else "reference",
        parametric=tuple(v.name for v in variations if v.parametric),
        parameters=sum(parameters_of(v) for v in variations),
        envelopes=tuple(v.name for v in variations if not v.parametric),
        without_systematics=dict[str, PValue](alone),
        omitted=("networks", "nearest neighbours")
        if options.discrete is not None and sample.variations
        else (),
        nominal_only=tuple(_nominal(sample, candidates, not_fitted, options)),
    )


def _nominal(
    sample: Sample, candidates: Sequence[CandidateTest], not_fitted: str | None, options: MomentsOptions
) -> Iterator[str]:
    if not_fitted is not None and not sample.reference_variations and candidates:
        yield "p-values of the candidates"
    if options.groups:
        yield "p-values of given groups"
    if options.discrete is not None and options.discrete.scan is not None:
        yield "the scan of cyclic groups"
    yield "maps and projections"
