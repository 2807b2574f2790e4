"""A fitted method once more, under each alternative of each systematic variation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symhep.errors import MethodError, SymhepError
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, SilentProgress
from symhep.methods.interface import Method
from symhep.methods.result import Part, Result
from symhep.methods.varied import Shifted, VariationsRecord, combine_shifts
from symhep.plugin.isolation import isolated
from symhep.torchkit.threads import one_thread_per_operation

if TYPE_CHECKING:
    from symhep.run.fitting import Fit

__all__ = ["varied"]


def varied(fit: Fit, prepared: Any, result: Result[Any], name: str, key: str) -> VariationsRecord | None:
    """Numbers of a result under the variations of its events; None where these have none.

    Alternatives that an earlier, interrupted run finished are not done again.
    """
    variations = fit.data.variations
    if not variations:
        return None
    method, place = fit.plan.method, f"{name}/variations"
    asked = [(v.name, a) for v in variations for a in v.alternatives]
    stored = {i: fit.folder.read_part(place, key, i) for i in range(len(asked))}
    missing = [i for i, part in stored.items() if part is None]
    outer = SilentProgress() if fit.workers.local else fit.progress
    with outer.task(f"{name}, {len(missing)} variations", len(missing)) as tick:
        jobs = [(method, prepared, result, *asked[i], fit.context(COMBINE)) for i in missing]
        for number, part in fit.workers.run(_one, jobs):
            fit.folder.write_part(place, key, missing[number], part)
            stored[missing[number]] = part
            tick(1)
    found = {
        (variation, alternative.name): _shifted(stored[i]) for i, (variation, alternative) in enumerate(asked)
    }
    nominal = {k: a.number for k, a in answers_of(result.record).items() if a.number is not None}
    return combine_shifts(method.varies_by(prepared), variations, nominal, found)


def _one(
    method: Method[Any, Any, Any], prepared: Any, result: Result[Any], variation: str, alternative: Alternative,
    context: Context,
) -> Part:  # fmt: skip
    """The numbers under one alternative, the same whichever process does it."""
    told = f"variation '{variation}' ({alternative.name})"
    with one_thread_per_operation():
        try:
            with isolated(f"{told} failed", MethodError):
                found = method.vary(prepared, result, variation, alternative, context)
        except SymhepError as error:
            raise MethodError(f"{told}: {error}") from error
    return Part({key: [s.value, s.error] for key, s in found.items()})


def _shifted(part: Part | None) -> dict[str, Shifted]:
    values = {} if part is None else part.values
    return {key: Shifted(*pair) for key, pair in values.items() if pair[0] is not None}
