"""What a reader must know before believing the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.lie.identify.identification import AMBIGUOUS
from symhep.methods.enumeration import several
from symhep.methods.result import Statement
from symhep_symmetrygan.say.counts import elements_text

__all__ = ["cautions"]

Summary = Mapping[str, Any]

#: Below so many effective events only strong breakings can be seen.
FEW = 1000
#: A name that fewer than this share of resamplings share is told with its rivals.
SURE = 0.9
#: Projections of rejected elements within this factor of the noise would not have shown the breaking.
UNSEEN = 1.5


def cautions(s: Summary) -> Iterator[Statement]:
    """What was not tested, not searched, not seen by projections; restarts without result; names; weights."""
    yield from _untested(s)
    yield from _unreached(s)
    yield from _as_trained(s)
    yield from _drawn_together(s)
    yield from _unseen(s)
    yield from _named(s)
    for note in s["notes"]:
        yield _warning(f"{note[:1].upper()}{note[1:]}.", {"note": note}, "span")
    yield from _ordered(s)
    yield from _inertial(s)
    yield from _events(s)


def _warning(text: str, evidence: Mapping[str, Any], figure: str | None = None) -> Statement:
    return Statement(text, evidence, figure, kind="warning")


def _untested(s: Summary) -> Iterator[Statement]:
    v = s["verdicts"]
    if v["not_tested"]:
        yield _warning(
            f"{elements_text(v['not_tested'])} {'was' if v['not_tested'] == 1 else 'were'} not tested on held-out "
            "events. Where training ends is no evidence that a symmetry was found: nothing may be concluded from "
            f"{'it' if v['not_tested'] == 1 else 'them'}.",
            {"not_tested": v["not_tested"]},
            "parameters",
        )
    if v["diverged"]:
        number = f"{v['diverged']} restart{'' if v['diverged'] == 1 else 's'}"
        yield _warning(
            f"{number} of {s['training']['restarts']} ended in numbers that are not finite. A smaller learning "
            "rate of the generator helps.",
            {"diverged": v["diverged"]},
            "training",
        )
    if s["training"] is not None and v["failed"] and not v["kept"]:
        yield _warning(
            "No element that was found is a symmetry: these are the transformations by which the discriminators were "
            "fooled best, and no more.",
            dict(v),
            "element_p_values",
        )


def _unreached(s: Summary) -> Iterator[Statement]:
    if s["training"] is not None and s["elements"] and not s["subgroups"]:
        momenta = list(s["vectors"]["components"]) == ["E", "px", "py", "pz"]
        more = " 'search: all subgroups of lorentz' tests one subgroup after the other." if momenta else ""
        yield _warning(
            "A search shows what is there, not what is missing: a symmetry that no restart reached is not "
            f"excluded.{more}",
            {"restarts": s["training"]["restarts"]},
        )


def _as_trained(s: Summary) -> Iterator[Statement]:
    v = s["verdicts"]
    if v["kept"] > v["kept_as_trained"]:
        yield _warning(
            f"As training left them, {elements_text(v['kept_as_trained'])} would be kept, not {v['kept']}: the others "
            "are close to a symmetry, and were refined on the training events to the precision that these allow.",
            {"kept": v["kept"], "kept_as_trained": v["kept_as_trained"]},
            "element_p_values",
        )


def _drawn_together(s: Summary) -> Iterator[Statement]:
    """The name of the group comes from where refined elements lie; what was added to the loss has put them there."""
    if s["training"] is not None and s["training"]["terms"] and s["algebra"] is not None and s["generators"]:
        yield _warning(
            f"What was added to the loss ({several(s['training']['terms'])}) has moved elements along directions that "
            "the events do not see. There their positions are taken as they are, without an error of training, so that "
            "a finite group can be called continuous: see where they lie.",
            {"terms": list(s["training"]["terms"])},
            "parameters",
        )


def _unseen(s: Summary) -> Iterator[Statement]:
    """Rejected elements whose projections look like noise."""
    kl = s["kl"]
    if kl is None or not kl["failed"]["number"] or not kl["noise"]["number"]:
        return
    ratios = [
        a / b if b else float("inf") for a, b in zip(kl["failed"]["mean"], kl["noise"]["mean"], strict=True)
    ]
    if max(ratios) < UNSEEN:
        yield _warning(
            f"The {elements_text(kl['failed']['number'])} that the p-value rejects keep "
            f"{several(kl['projections'], 4)} to within {max(ratios):.2g} times the noise: these projections alone "
            "would have passed them.",
            {"ratios": ratios, "projections": kl["projections"]},
            "kl",
        )


def _named(s: Summary) -> Iterator[Statement]:
    algebra = s["algebra"]
    if algebra is None or algebra["confidence"] is None or algebra["confidence"] >= SURE:
        return
    rivals = [f"{name} ({share:.0%})" for name, share in algebra["alternatives"] if name != algebra["name"]]
    doubt = (
        "The errors of the generators are too large to name their algebra."
        if algebra["name"] == AMBIGUOUS
        else f"The name {algebra['name']} is not sure: confidence {algebra['confidence']:.2g}."
    )
    yield _warning(
        f"{doubt}{f' Other names: {several(rivals)}.' if rivals else ''}",
        {"confidence": algebra["confidence"], "alternatives": algebra["alternatives"]},
        "span",
    )


def _ordered(s: Summary) -> Iterator[Statement]:
    # an exchange that does the same as another element is broken by more than the order of the particles
    broken = [
        r["name"]
        for r in (*s["components"], *s["discrete"])
        if r["rejected"] and "exchange" in r["name"] and r.get("same_as") is None
    ]
    if broken:
        yield _warning(
            f"{several(list(dict.fromkeys(broken)))}: particles that are ordered by pt (sort: pt) are not "
            "exchangeable by construction. Where they are, what is rejected may be their order alone.",
            {"names": broken},
            "components",
        )


def _inertial(s: Summary) -> Iterator[Statement]:
    row = s["inertial"]
    if row is not None and row["rejected"]:
        yield _warning(
            f"{elements_text(row['rejected'])} {'keeps' if row['rejected'] == 1 else 'keep'} the events but not the "
            "inertial density: maps of one density to itself that mean nothing for the other, no symmetries.",
            dict(row),
            "parameters",
        )


def _events(s: Summary) -> Iterator[Statement]:
    events = s["events"]
    if events["negative"] > 0:
        yield _warning(
            f"{events['negative']:.1%} of the weight is negative; it enters with its sign. The held-out events tell as "
            f"much as {events['effective']:,.0f} without weights.",
            dict(events),
        )
    if events["effective"] < FEW:
        yield _warning(
            f"{events['effective']:,.0f} effective held-out events: what is not rejected may be broken by much "
            "more than a few per cent.",
            dict(events),
        )
