"""A fitted method once more, under each alternative of each systematic variation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from symhep.errors import MethodError, PluginError, SymhepError
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import COMBINE, Context, SilentProgress
from symhep.methods.interface import Method
from symhep.methods.result import Part, Result
from symhep.methods.varied import Shifted, VariationsRecord, combine_shifts
from symhep.plugin.isolation import isolated
from symhep.run.jobs import Job
from symhep.torchkit.threads import one_thread_per_operation

if TYPE_CHECKING:
    from symhep.run.fitting import Fit

__all__ = ["varied"]

#: Alternatives that are worked out in one go, at most: what an interrupted run loses, and what one worker does.
TOGETHER = 25


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
        shares = _shares(method, asked, missing)
        jobs = [
            Job(
                (method, prepared, result, asked[s[0]][0], [asked[i][1] for i in s], fit.context(COMBINE)),
                s[0], place, f"{name}, variation {asked[s[0]][0]} ({asked[s[0]][1].name})",
            )
            for s in shares
        ]  # fmt: skip
        share_of = {s[0]: s for s in shares}
        for first, parts in fit.workers.run(_some, jobs):
            for i, part in zip(share_of[first], parts, strict=True):
                fit.folder.write_part(place, key, i, part)
                stored[i] = part
            tick(len(parts))
    found = {
        (variation, alternative.name): _shifted(stored[i]) for i, (variation, alternative) in enumerate(asked)
    }
    nominal = {k: a.number for k, a in answers_of(result.record).items() if a.number is not None}
    return combine_shifts(method.varies_by(prepared), variations, nominal, found)


def _shares(
    method: Method[Any, Any, Any], asked: Sequence[tuple[str, Alternative]], missing: Sequence[int]
) -> list[list[int]]:
    """Numbers of alternatives that are worked out in one go: weights of one variation together, others alone.

    Together only by a method that gains by it. How they are shared out changes no number.
    """
    if type(method).vary_weights is Method.vary_weights:
        return [[i] for i in missing]
    shares = list[list[int]]()
    for i in missing:
        name, alternative = asked[i]
        last = shares[-1] if shares else []
        alike = alternative.same_rows and bool(last) and asked[last[0]][1].same_rows
        if alike and asked[last[0]][0] == name and len(last) < TOGETHER:
            last.append(i)
        else:
            shares.append([i])
    return shares


def _some(
    method: Method[Any, Any, Any], prepared: Any, result: Result[Any], variation: str,
    alternatives: Sequence[Alternative], context: Context,
) -> list[Part]:  # fmt: skip
    """The numbers under these alternatives, the same whichever process does it."""
    names = ", ".join(a.name for a in alternatives)
    told = f"variation '{variation}' ({names})"
    with one_thread_per_operation():
        try:
            with isolated(f"{told} failed", MethodError):
                if len(alternatives) == 1:
                    found = [method.vary(prepared, result, variation, alternatives[0], context)]
                else:
                    found = list(method.vary_weights(prepared, result, variation, alternatives, context))
        except SymhepError as error:
            raise MethodError(f"{told}: {error}") from error
    if len(found) != len(alternatives):
        raise PluginError(
            f"{method.name}: vary_weights returned {len(found)} results for {len(alternatives)} alternatives"
        )
    return [Part({key: [s.value, s.error] for key, s in one.items()}) for one in found]


def _shifted(part: Part | None) -> dict[str, Shifted]:
    values = {} if part is None else part.values
    return {key: Shifted(*pair) for key, pair in values.items() if pair[0] is not None}
