"""Which systematic variations are in the p-values and bounds, in words."""

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
            f"{joined} of {several(terms.envelopes)}, whose alternatives have no parameter, the largest p-value over "
            "them and the nominal events, and the union of the intervals"
        )
    if terms.of == "events":
        text += ". An exact p-value would be that of the nominal simulation: these are not exact"
    return f"{text}."


def _nominal(terms: SystematicTerms) -> str:
    found = (
        [f"{several(terms.nominal_only)} are those of the nominal events alone"] if terms.nominal_only else []
    )
    if terms.omitted:
        found.append(f"discrete elements are tested by moments, without {several(terms.omitted)}")
    text = "; ".join(found)
    return f"Systematic variations: {text}." if text else ""
