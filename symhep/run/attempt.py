"""One method of a card: its events put together, fitted, drawn; or why that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from symhep.errors import MethodError, SymhepError
from symhep.events.select import NO_SELECTION
from symhep.methods.context import Progress
from symhep.methods.result import Result, Statement
from symhep.plugin.card_functions import checksums
from symhep.plugin.isolation import isolated, traceback_of
from symhep.plugin.manager import Registry
from symhep.report.numbers import number
from symhep.run.blinding import why_blind
from symhep.run.drawing import draw_if_needed
from symhep.run.fitting import Fit
from symhep.run.folder import RunFolder, content_key
from symhep.run.jobs import NotYet
from symhep.run.planned import Plan, PlannedMethod
from symhep.run.reading import DatasetEvents
from symhep.run.reducing import StoredReducer
from symhep.run.streamed import LOOKS, dataset_of
from symhep.run.workers import Workers

__all__ = ["JOINED", "SAMPLED", "Attempt", "attempt", "logged", "origin"]

#: How the warning on pooled datasets begins: it rests on the input, not on a record.
JOINED = "Datasets are combined with the event weights of their files"
#: How the warning begins that a method has seen some of the events alone: it rests on the input, too.
SAMPLED = "Results are from a uniform subsample of"


@dataclass(frozen=True)
class Attempt:
    """What became of a method.

    Attributes
    ----------
    entry
        As results.json has it.
    result
        None if the method failed; the reason is ``entry["error"]``.
    computed
        Whether the result is new, and not the one that the folder held.
    """

    entry: dict[str, Any]
    result: Result[Any] | None = None
    computed: bool = False


def attempt(
    planned: PlannedMethod,
    plan: Plan,
    events: Mapping[str, DatasetEvents],
    hidden: frozenset[str],
    folder: RunFolder,
    progress: Progress,
    pool: Workers,
    registry: Registry,
) -> Attempt:
    """Run one method; whatever goes wrong inside it is recorded and leaves the others alone.

    ``hidden`` are selections whose collision data are blinded.
    """
    entry: dict[str, Any] = {
        "use": planned.method.name,
        "features": planned.features,
        "region": planned.region,
        "options": planned.options.model_dump(mode="json"),
        "references": [vars(reference) for reference in planned.method.references],
        "of": origin(plan, planned.name, hidden),
    }
    if reason := why_blind(plan, planned, hidden):
        folder.remove_result(planned.name)
        return Attempt(
            entry | {"status": "blind", "summary": {}, "statements": [], "verdicts": [], "error": reason}
        )
    folder.remove_log(planned.name)
    try:
        with isolated(error=MethodError):
            own = {name: events[name] for name in planned.datasets}
            if not any(e.rows(planned.table) for e in own.values()):
                raise MethodError(_where_events_went(plan, planned, events))
            looks = StoredReducer(folder, LOOKS, LOOKS, pool, progress)
            data = dataset_of(
                plan.tables, planned.table, own, plan.units, planned.reference, planned.features,
                plan.card.run.memory_bytes, looks,
            )  # fmt: skip
            fit = Fit(
                planned, data, folder, plan.card.run.seed, plan.device, progress, pool, registry,
                controlled=not plan.has_roles,
            )  # fmt: skip
            result, computed = fit.run()
            draw_if_needed(planned.method, planned.name, folder, plan.card.output)
    except NotYet:
        raise
    except SymhepError as error:  # the failure of one method must not cost the others' results
        reason = logged(planned.name, error, folder)
        if hidden:  # an older result may know what is hidden now
            folder.remove_result(planned.name, parts=False)
        return Attempt(
            entry | {"status": "failed", "summary": {}, "statements": [], "verdicts": [], "error": reason}
        )
    header = folder.read_header(planned.name)
    more = [*_pooled(plan, planned, events), *_sampled(plan, header)]
    result = replace(result, statements=[*result.statements, *more])
    entry |= {
        "status": "ok",
        "summary": result.summary,
        "variations": None if result.variations is None else result.variations.to_json(),
        "statements": [vars(s) for s in result.statements],
        "verdicts": [v.to_json() for v in result.verdicts],
        "error": None,
        "duration_s": header["duration_s"],
    }
    return Attempt(entry, result, computed)


def origin(plan: Plan, name: str, hidden: frozenset[str] = frozenset()) -> str:
    """A hash of what the card says about a method and all that leads to it, and of the selections that are hidden."""
    parts = {"datasets", "objects", "selections", "regions", "features", "weights", "luminosity_fb", "run"}
    return content_key(
        plan.resolved_card.model_dump(mode="json", include=parts),
        plan.resolved_card.methods[name.partition("/")[0]].model_dump(mode="json"),
        checksums(plan.functions),
        sorted(hidden),
    )


def logged(name: str, error: SymhepError, folder: RunFolder) -> str:
    """What went wrong; the traceback of third-party code goes to a file, which is named."""
    trace = traceback_of(error)
    return f"{error} (traceback: {folder.write_log(name, trace)})" if trace else str(error)


def _where_events_went(plan: Plan, planned: PlannedMethod, events: Mapping[str, DatasetEvents]) -> str:
    """Why no event reached the method: the cutflow of its feature set, in a line."""
    selection = plan.tables.features[planned.table].selection or NO_SELECTION
    own = f"features {planned.table}"
    flows = []
    for name in planned.datasets:
        rows = [
            r for r in events[name].account["selections"].get(selection, []) if _is_row_of(r["name"], own)
        ]
        left = ", ".join(f"{r['name']} {r['events']}" for r in rows) or "no events were read"
        flows.append(f"{name}: {left}")
    return (
        f"no event passes all requirements of '{planned.features}'; events after each step: "
        f"{'; '.join(flows)}"
    )


def _is_row_of(row: str, own: str) -> bool:
    return row == own or not row.startswith("features ")


def _sampled(plan: Plan, header: Mapping[str, Any]) -> list[Statement]:
    """A warning if the method has seen a part of the events alone."""
    if header.get("all_events", True):
        return []
    text = (
        f"{SAMPLED} {header['subsample']:,} of {header['events']:,} events: the full sample exceeds "
        f"run.memory ({plan.card.run.memory}), and the method does not process events in blocks."
    )
    return [Statement(text, {"subsample": header["subsample"], "events": header["events"]}, kind="warning")]


def _pooled(plan: Plan, planned: PlannedMethod, events: Mapping[str, DatasetEvents]) -> list[Statement]:
    """A warning if datasets are joined whose weights nobody made comparable."""
    names = [name for name in planned.datasets if name not in planned.reference]
    if len(names) < 2 or plan.card.datasets[names[0]].xsec_pb is not None:
        return []
    sums = {name: events[name].account["sum_of_weights"] for name in names}
    shares = ", ".join(f"{name} {number(value)}" for name, value in sums.items())
    text = f"{JOINED} (sums of weights: {shares}); use xsec_pb to set their cross-sections."
    return [Statement(text, {"sum_of_weights": sums}, kind="warning")]
