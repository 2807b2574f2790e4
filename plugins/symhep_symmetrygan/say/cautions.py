"""What a reader must know before believing the findings."""

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

#: Below so many effective held-out events only strong breakings are detected.
WEAK = 10 * FEW
#: A name that fewer than this share of resamplings share is given with its rivals.
SURE = 0.9


def cautions(record: SymmetryGanRecord) -> Iterator[Statement]:
    """What was not tested, not searched, not seen by projections; restarts without result; names; weights."""
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
        beside = f"these judge the components, all else is judged by {held}"
    else:
        beside = f"these are {held}"
    if r.forward_backward_asymmetry is not None:
        beside += "; the forward-backward asymmetry is that of all events"
    yield from split_statements(r.split, beside)


def _untested(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is None or r.search is None:
        return
    if v.not_tested:
        yield _warning(
            f"{elements_text(v.not_tested)} {'was' if v.not_tested == 1 else 'were'} not tested on held-out "
            "events. Where training ends is no evidence that a symmetry was found: nothing may be concluded from "
            f"{'it' if v.not_tested == 1 else 'them'}.",
            {"not_tested": v.not_tested},
            "parameters",
        )
    if v.diverged:
        number = f"{v.diverged} restart{'' if v.diverged == 1 else 's'}"
        yield _warning(
            f"{number} of {r.search.restarts} ended in numbers that are not finite. A smaller learning "
            "rate of the generator helps.",
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
        more = " 'subgroups: true' tests one subgroup after the other." if momenta else ""
        yield _warning(
            "A search shows what is there, not what is missing: a symmetry that no restart reached is not "
            f"excluded.{more}",
            {"restarts": r.search.restarts},
        )


def _as_trained(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is not None and v.kept > v.kept_as_trained:
        yield _warning(
            f"{elements_text(v.kept)} {verb(v.kept)} kept once refined on the training events to the precision that "
            f"these allow, but {v.kept_as_trained or 'none'} as training left {'it' if v.kept == 1 else 'them'} "
            f"(unadjusted p above {r.significance_level:g}): training ends close to a symmetry only.",
            {"kept": v.kept, "kept_as_trained": v.kept_as_trained},
            "element_p_values",
        )


def _weak(r: SymmetryGanRecord) -> Iterator[Statement]:
    v = r.verdicts
    if v is not None and v.weak:
        yield _warning(
            f"{elements_text(v.weak)} of the {v.kept} that are kept could not be placed along some direction, although "
            "it is not flat: too few events, or tails too heavy. Their errors there are as large as refining may move "
            "an element, and a symmetry near them is all that is claimed.",
            {"weak": v.weak},
            "parameters",
        )


def _drawn_together(r: SymmetryGanRecord) -> Iterator[Statement]:
    """The name of the group comes from where refined elements lie; what was added to the loss has put them there."""
    if r.search is None or not r.search.terms or r.algebra is None or not r.algebra.unseen:
        return
    terms, unseen = several(r.search.terms), several(r.algebra.unseen)
    evidence = {"terms": list(r.search.terms), "unseen": list(r.algebra.unseen)}
    if r.algebra.kind == "finite" and r.finite_group is not None:
        yield _warning(
            f"Along {unseen} the events do not see where an element is. What was added to the loss ({terms}) has "
            "chosen these points: they are what the search was restricted to, and say nothing against the continuous "
            f"group of {unseen}. A search without it shows whether the elements fill that group.",
            evidence,
            "parameters",
        )
    elif r.generators:
        yield _warning(
            f"What was added to the loss ({terms}) has moved elements along {unseen}, which the events do not see: "
            "where they lie there is its doing, and the group may be larger.",
            evidence,
            "parameters",
        )


def _unseen(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Rejected elements whose projections look like noise."""
    kl = r.kl
    if kl is None or kl.failed.excess is None or not all(number.vanishes for number in kl.failed.excess):
        return
    limits = [number.upper_95 or 0.0 for number in kl.failed.excess]
    show, them = ("shows", "it") if kl.failed.number == 1 else ("show", "them")
    yield _warning(
        f"The {elements_text(kl.failed.number)} that the p-value rejects {show} no excess KL divergence of "
        f"{several(kl.projections, 4)} beyond two errors (< {max(limits):.2g} nats at 95 %): these projections alone "
        f"would have passed {them}.",
        {"upper_95": limits, "projections": list(kl.projections)},
        "kl_excess",
    )


def _named(r: SymmetryGanRecord) -> Iterator[Statement]:
    algebra = r.algebra
    if algebra is None or algebra.stability is None or algebra.stability >= SURE:
        return
    rivals = algebra.rivals
    doubt = (
        "The errors of the generators are too large to name their algebra."
        if algebra.name == AMBIGUOUS
        else f"Low stability ({algebra.stability:.2g}) of the name {algebra.name}."
    )
    yield _warning(
        f"{doubt}{f' Other names: {several(rivals)}.' if rivals else ''}",
        {"stability": algebra.stability, "alternatives": [a.to_json() for a in algebra.alternatives]},
        "span",
    )


def _ordered(r: SymmetryGanRecord) -> Iterator[Statement]:
    # an exchange that does the same as another element is broken by more than the order of the particles
    broken = [c.name for c in r.connected_components if c.rejected and "exchange" in c.name]
    broken += [d.name for d in r.discrete if d.rejected and "exchange" in d.name and d.same_as is None]
    if broken:
        names = several(list(dict.fromkeys(broken)))
        yield _warning(
            f"{names} may only reflect the pt ordering: particles that are sorted by pt (sort: pt) are not "
            "exchangeable by construction.",
            {"names": broken},
            "components" if any(c.name in broken for c in r.connected_components) else "p_values",
        )


def _inertial(r: SymmetryGanRecord) -> Iterator[Statement]:
    row = r.inertial
    if row is not None and row.failed:
        yield _warning(
            f"{elements_text(row.failed)} {'keeps' if row.failed == 1 else 'keep'} the events but not the "
            "inertial density: maps of one density to itself that mean nothing for the other, no symmetries.",
            row.to_json(),
            "parameters",
        )


def _events(r: SymmetryGanRecord) -> Iterator[Statement]:
    events = r.events
    if events.negative > 0:
        yield _warning(
            f"{100 * events.negative:.1f} % of the weight is negative; it enters with its sign. The effective number "
            f"of held-out events (sum w)^2 / sum w^2 is {events.effective:,.0f}.",
            events.to_json(),
        )
    if events.effective < WEAK:
        errors = " Errors and limiting distributions are not to be trusted." if events.effective < FEW else ""
        yield _warning(
            f"{events.effective:,.0f} effective held-out events: what is not rejected may be broken by much "
            f"more than a few per cent.{errors}",
            events.to_json(),
        )
