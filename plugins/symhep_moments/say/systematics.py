"""Systematic variations included in the p-values and limits, in words."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural, several
from symhep.methods.result import Statement
from symhep_moments.record import MomentsRecord, SystematicTerms

__all__ = ["systematics"]


def systematics(s: MomentsRecord) -> Iterator[Statement]:
    """'p-values and limits include the systematic variations jes and pdf of the reference (101 nuisance ...).'"""
    terms = s.systematic_terms
    if terms is None:
        return
    yield Statement(_included(terms), {"systematic_terms": terms.to_json()}, "limits")
    if told := _nominal(terms):
        yield Statement(told, {"nominal_only": list(terms.nominal_only)}, kind="warning")


def _included(terms: SystematicTerms) -> str:
    whose = "reference" if terms.of == "reference" else "simulation"
    text = "p-values and limits include systematic variations"
    if terms.parametric:
        number = plural(terms.nuisance_parameters, "nuisance parameter")
        text += f" of the {whose}: {several(terms.parametric)} ({number}, added to the covariance)"
    if terms.envelopes:
        joined = ";" if terms.parametric else f" of the {whose}:"
        text += (
            f"{joined} {several(terms.envelopes)} (no nuisance parameter: largest p-value over the nominal events and "
            "the alternatives, union of the confidence intervals)"
        )
    if terms.of == "events":
        text += ". These p-values are not exact; exact ones exist for the nominal simulation only"
    return f"{text}."


def _nominal(terms: SystematicTerms) -> str:
    found = [f"not included in {several(terms.nominal_only)}"] if terms.nominal_only else []
    if terms.omitted:
        found.append(f"discrete elements are tested with moments only, not with {several(terms.omitted)}")
    text = "; ".join(found)
    return f"Systematic variations: {text}." if text else ""
