"""The group that the elements form, its components on held-out events, and what composing elements does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.divergence.record import bounded
from symhep.lie.generators import Generators
from symhep.methods.context import Context
from symhep.methods.number import Number
from symhep.methods.p_values import PKind
from symhep.methods.result import Arrays
from symhep_symmetrygan.fit.divergences import Divergences
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.inference.composition import STEPS, Composition, compose
from symhep_symmetrygan.inference.exact import exact_elements
from symhep_symmetrygan.inference.infer import infer, without
from symhep_symmetrygan.inference.inference import Inference
from symhep_symmetrygan.inference.record import ComponentRecord, CompositionRecord
from symhep_symmetrygan.validation.all_events import AllEvents, Counted
from symhep_symmetrygan.validation.given import is_exact
from symhep_symmetrygan.validation.results import Validated
from symhep_symmetrygan.validation.validate import DRAWS, steps_of, validate, validate_on_all

__all__ = ["Group", "group_of"]

FloatArray = npt.NDArray[np.float64]

#: Elements that are composed.
COMPOSED = 32
#: Standard errors beyond which an excess is one.
SEEN = 2.0
#: Components are told apart at a significance level of this share of what the last step of Holm's procedure asks for.
RESOLVED = 2


@dataclass(frozen=True, eq=False)
class Group:
    """The group of the elements: what was inferred, the tests of representatives, and compositions of elements."""

    elements: Elements
    divergences: Divergences | None
    validated: Validated
    inference: Inference
    representatives: Validated | None
    composition: Composition | None
    counted: Counted | None = None

    def records(self) -> dict[str, Any]:
        """The fields of the record that concern the group."""
        i = self.inference
        return {
            "algebra": i.algebra,
            "generators": i.basis,
            "connected_components": judged_components(
                i,
                self.elements,
                self.divergences,
                self.validated,
                self.representatives,
                asymptotic=self.counted is not None,
            ),
            "finite_group": i.finite,
            "component_group": i.component_group,
            "notes": i.notes,
            "composition": None if self.composition is None else self._composed(self.composition),
        }

    def drawing(self) -> Arrays:
        """The arrays that its figures are drawn from."""
        i, names = self.inference, np.array([*(row.name for row in self.inference.components), ""])
        found: Arrays = {
            "component": names[i.component],
            "span_values": i.span_values,
            "span_noise": i.span_noise,
        }
        c = self.composition
        if c is not None:
            found |= {
                "composition_steps": c.steps,
                "composition_distance": c.distance, "composition_distance_error": c.distance_error,
                "composition_excess": c.measures["excess"], "composition_excess_error": c.measures["error"],
            }  # fmt: skip
        return found

    def _composed(self, c: Composition) -> CompositionRecord:
        value, error = c.exponent
        exponent = Number.with_error(value, error)
        usable = c.usable("excess", SEEN * c.measures["error"])
        return CompositionRecord(how=c.how, exponent=exponent, usable=usable)


def group_of(
    elements: Elements,
    divergences: Divergences | None,
    context: Context,
    all_events: AllEvents | None = None,
) -> Group | None:
    """The group of the refined elements; None for spaces without generators, and where there is no element.

    Its components are tested on ``all_events``, where those in memory are a subsample.
    """
    v, space, options = elements.validated, elements.space, elements.options
    if v is None or space.generators is None or not np.isfinite(v.refined).all(axis=(1, 2)).any():
        return None
    found = infer(
        v.refined,
        v.information,
        elements.kept,
        space.generators,
        names=elements.events.names,
        level=options.level,
        unit=elements.events.scale,
        seed=_seed(context, "group"),
        drawn=bool(options.terms),
    )
    judged, counted = None, None
    if found.components:
        alone = options.validation.model_copy(update={"random": 0})
        seeds = context.shared("representatives")
        steps = steps_of(alone, len(found.representatives))
        with context.progress.task("testing components", steps) as advance:
            draws = max(DRAWS, math.ceil(2 * RESOLVED * len(found.components) / options.level))
            judged = validate(
                found.representatives, space, elements.events, alone, seeds, advance, draws=draws,
                errors=found.representatives_covariance,
            )  # fmt: skip
            if all_events is not None:
                judged, counted = validate_on_all(
                    judged, space, elements.events, alone, seeds, found.representatives_covariance, all_events
                )
            found = without(found, _rejected(found, judged, options.level), elements.kept)
    composition = None
    if divergences is not None:
        composition = _composition(found, divergences, v, space.generators, context)
    return Group(elements, divergences, v, found, judged, composition, counted)


def _rejected(found: Inference, judged: Validated, level: float) -> list[int]:
    """Components of kept elements that held-out events reject."""
    logs = {c: log_p for c, log_p in enumerate(judged.log_p_found.tolist()) if not math.isnan(log_p)}
    return [c for c, row in adjusted(logs, level).items() if row.rejected and c < len(found.found)]


def _seed(context: Context, purpose: str) -> int:
    return int(context.shared(purpose).generate_state(1)[0])


def _composition(
    found: Inference, divergences: Divergences, v: Validated, generators: Generators, context: Context
) -> Composition | None:
    """Powers of kept elements beside those of the exact ones that they stand for (section VII.B)."""
    if not found.components:
        return None
    exact = exact_elements(found, v.refined, generators)
    usable = np.flatnonzero(divergences.elements.kept & np.isfinite(exact).all(axis=(1, 2)))[:COMPOSED]
    if not len(usable):
        return None

    with context.progress.task("composing elements", len(STEPS)) as advance:

        def measure(powers: FloatArray) -> dict[str, npt.ArrayLike]:
            excess = divergences.observed.of_elements(powers)
            advance(1)
            return {"excess": excess.value, "error": excess.error}

        return compose(v.refined[usable], exact[usable], measure, seed=_seed(context, "composition"))


def judged_components(
    i: Inference,
    elements: Elements,
    divergences: Divergences | None,
    v: Validated,
    representatives: Validated | None,
    *,
    asymptotic: bool = False,
) -> tuple[ComponentRecord, ...]:
    """Components with the tests of their representatives, and means over their refined elements.

    ``representatives`` is the validation of `Inference.representatives`. Those with a name no event chose, and their
    p-values are of the elements exactly as they are; those without are means of kept elements, with their error.
    ``asymptotic``: whatever the number of events in memory is.
    """
    logs = [] if representatives is None else representatives.log_p_found.tolist()
    level = elements.options.level
    exact = is_exact(elements.events.held) and not asymptotic
    kinds: dict[int, PKind] = {
        c: "asymptotic" if one.any() or not exact else "exact"
        for c, one in enumerate(i.representatives_covariance)
    }
    family = adjusted({c: log_p for c, log_p in enumerate(logs) if not math.isnan(log_p)}, level, kinds=kinds)
    found = []
    for c, row in enumerate(i.components):
        members = i.component == c
        own = dict(family[c]) if c in family else {}
        if divergences is not None and len(excess := divergences.members(members)):
            own["excess"] = bounded(excess.mean())
        own["posthoc_loss"] = _loss(v.posthoc_refined[members], v.posthoc_refined_error[members])
        found.append(row.model_copy(update=own))
    return tuple(found)


def _loss(values: FloatArray, errors: FloatArray) -> Number | None:
    """Mean over elements. All are judged by the same events, so that the mean is no better known than one of them."""
    known = np.isfinite(values) & np.isfinite(errors)
    if not known.any():
        return None
    return Number.with_error(float(values[known].mean()), float(errors[known].mean()))
