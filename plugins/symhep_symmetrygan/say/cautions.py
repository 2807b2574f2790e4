"""Warnings and remarks on the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.events.effective import FEW
from symhep.events.vectors import MOMENTUM
from symhep.lie.identify.identification import AMBIGUOUS
from symhep.methods.copies import copies_statements
from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep.methods.split import split_statements
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.counts import elements_text, verb

__all__ = ["cautions"]

#: Below this effective number of held-out events only large violations are detected.
WEAK = 10 * FEW
#: A name found in less than this fraction of the resamplings is given with the alternatives.
SURE = 0.9


def cautions(record: SymmetryGanRecord) -> Iterator[Statement]:
    """Elements without test, incomplete searches, insensitive projections, diverged restarts, names, weights."""
    yield from _untested(record)
    yield from _unreached(record)
    yield from _as_trained(record)
    yield from _weak(record)
    yield from _drawn_together(record)
    yield from _unseen(record)
    yield from _named(record)
    for note in record.notes:
        yield _warning(f"{note[:1].upper()}{note[1:]}.", {"note": note}, "span")
    yield from _ordered(record)
    yield from _inertial(record)
    yield from _events(record)
    yield from _subsample(record)
    yield from copies_statements(record.events)


def _warning(text: str, evidence: Mapping[str, Any], figure: str | None = None) -> Statement:
    return Statement(text, evidence, figure, kind="warning")


def _subsample(r: SymmetryGanRecord) -> Iterator[Statement]:
    if r.subsample is None or r.split is None:
        return
    held = f"{r.events.used:,} held-out events of a subsample of {r.subsample:,}"
    if r.split.validated > r.events.used:
        beside = f"components are tested on these events, everything else on {held}"
    else:
        beside = f"these are {held}"
    if r.forward_backward_asymmetry is not None:
        beside += "; the forward-backward asymmetry uses all events"
    yield from split_statements(r.split, beside)


def _untested(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is None or r.search is None:
        return
    if v.not_tested:
        yield _warning(
            f"{elements_text(v.not_tested)} {'was' if v.not_tested == 1 else 'were'} not tested on held-out "
            f"events. The end point of a training alone is no evidence for a symmetry: "
            f"{'it allows' if v.not_tested == 1 else 'they allow'} no conclusion.",
            {"not_tested": v.not_tested},
            "parameters",
        )
    if v.diverged:
        number = f"{v.diverged} restart{'' if v.diverged == 1 else 's'}"
        yield _warning(
            f"{number} of {r.search.restarts} diverged (parameters not finite). Use a smaller learning rate of the "
            "generator.",
            {"diverged": v.diverged},
            "training",
        )
    if v.failed and not v.kept:
        yield _warning(
            "No accepted symmetry; these are only the least distinguishable transformations.",
            v.to_json(),
            "element_p_values",
        )


def _unreached(r: SymmetryGanRecord) -> Iterator[Statement]:
    if r.search is not None and r.elements and not r.subgroups:
        momenta = r.vectors.components == MOMENTUM
        more = " Use 'subgroups: true' to test all subgroups." if momenta else ""
        yield _warning(
            f"The search cannot exclude symmetries: a symmetry that no restart found may still exist.{more}",
            {"restarts": r.search.restarts},
        )


def _as_trained(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is not None and v.kept > v.kept_as_trained:
        yield _warning(
            f"{elements_text(v.kept)} {verb(v.kept)} accepted after refinement on the training events, but "
            f"{v.kept_as_trained or 'none'} before refinement (unadjusted p > {r.significance_level:g}): training "
            "reaches a symmetry only approximately.",
            {"kept": v.kept, "kept_as_trained": v.kept_as_trained},
            "element_p_values",
        )


def _weak(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is not None and v.weak:
        yield _warning(
            f"{elements_text(v.weak)} of the {v.kept} accepted {verb(v.weak)} not constrained in some "
            "direction that is no symmetry: too few events, or heavy tails. The errors in this direction "
            "are set to the maximum step of the refinement; the result is a symmetry within these errors.",
            {"weak": v.weak},
            "parameters",
        )


def _drawn_together(r: SymmetryGanRecord) -> Iterator[Statement]:
    """The name of the group depends on the positions of the elements, which additional loss terms have changed."""
    if r.search is None or not r.search.terms or r.algebra is None or not r.algebra.unseen:
        return
    terms, unseen = several(r.search.terms), several(r.algebra.unseen)
    evidence = {"terms": list(r.search.terms), "unseen": list(r.algebra.unseen)}
    if r.algebra.kind == "finite" and r.finite_group is not None:
        yield _warning(
            f"The events do not constrain the elements along {unseen}. The additional loss terms ({terms}) "
            "have selected these points: the finite group is no evidence against the continuous group "
            f"generated by {unseen}. Search without these terms to test whether the elements fill that "
            "group.",
            evidence,
            "parameters",
        )
    elif r.generators:
        yield _warning(
            f"The events do not constrain the elements along {unseen}; the additional loss terms ({terms}) determine "
            "their positions there. The group may be larger.",
            evidence,
            "parameters",
        )


def _unseen(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Rejected elements without excess in the projections."""
    kl = r.kl
    if kl is None or kl.failed.excess is None or not all(number.vanishes for number in kl.failed.excess):
        return
    limits = [number.upper_95 or 0.0 for number in kl.failed.excess]
    show, them = ("shows", "it") if kl.failed.number == 1 else ("show", "them")
    yield _warning(
        f"{elements_text(kl.failed.number)} rejected by the p-value {show} no excess KL divergence above two standard "
        f"errors in {several(kl.projections, 4)} (< {max(limits):.2g} nats at 95 % CL): these projections alone would "
        f"have accepted {them}.",
        {"upper_95": limits, "projections": list(kl.projections)},
        "kl_excess",
    )


def _named(r: SymmetryGanRecord) -> Iterator[Statement]:
    algebra = r.algebra
    if algebra is None or algebra.stability is None or algebra.stability >= SURE:
        return
    rivals = algebra.rivals
    doubt = (
        "The errors of the generators are too large to identify their algebra."
        if algebra.name == AMBIGUOUS
        else f"Low stability of the identified algebra {algebra.name}: {algebra.stability:.2g} of the resamplings."
    )
    yield _warning(
        f"{doubt}{f' Alternatives: {several(rivals)}.' if rivals else ''}",
        {"stability": algebra.stability, "alternatives": [a.to_json() for a in algebra.alternatives]},
        "span",
    )


def _ordered(r: SymmetryGanRecord) -> Iterator[Statement]:
    # an exchange that acts like another element is violated by more than the order of the particles
    broken = [c.name for c in r.connected_components if c.rejected and "exchange" in c.name]
    broken += [d.name for d in r.discrete if d.rejected and "exchange" in d.name and d.same_as is None]
    if broken:
        names = several(list(dict.fromkeys(broken)))
        yield _warning(
            "Particles ordered by pt (sort: pt) are not exchangeable by construction: the violation of "
            f"{names} may only reflect the pt ordering.",
            {"names": broken},
            "components" if any(c.name in broken for c in r.connected_components) else "p_values",
        )


def _inertial(r: SymmetryGanRecord) -> Iterator[Statement]:
    row = r.inertial
    if row is not None and row.failed:
        yield _warning(
            f"{elements_text(row.failed)} {'preserves' if row.failed == 1 else 'preserve'} the density of "
            "the events but not the inertial density, and are no symmetries.",
            row.to_json(),
            "parameters",
        )


def _events(r: SymmetryGanRecord) -> Iterator[Statement]:
    events = r.events
    if events.negative > 0:
        yield _warning(
            f"{100 * events.negative:.1f} % of the sum of absolute weights is negative; negative weights enter with "
            f"their sign. Effective number of held-out events (sum w)^2 / sum w^2: {events.effective:,.0f}.",
            events.to_json(),
        )
    if events.effective < WEAK:
        errors = " Errors and asymptotic p-values are unreliable." if events.effective < FEW else ""
        yield _warning(
            f"Low sensitivity: the effective number of held-out events is {events.effective:,.0f} < {WEAK:,}. A "
            f"compatible symmetry may be violated by much more than a few per cent.{errors}",
            events.to_json(),
        )
