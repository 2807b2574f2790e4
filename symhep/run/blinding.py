"""Blind regions: of collision data nothing is computed, stored or drawn there, nor where another region overlaps."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from symhep.card.schema import RunCard
from symhep.events.select import NO_SELECTION
from symhep.run.folder import STATE, RunFolder, content_key
from symhep.run.planned import Plan, PlannedMethod
from symhep.run.reading import DatasetEvents
from symhep.run.regions import blind_selections

__all__ = ["blinding", "forget_seen", "forget_unsupported", "hide", "why_blind"]


def hide(plan: Plan, events: Mapping[str, DatasetEvents]) -> tuple[dict[str, DatasetEvents], frozenset[str]]:
    """The datasets without what is hidden of collision data, and the selections that are: a region that overlaps a
    blind one in any of them is hidden in all."""
    data = [name for name in events if plan.card.datasets[name].role == "data"]
    hidden = frozenset(s for name in data for s in events[name].hidden) | (
        blind_selections(plan.card) if data else frozenset()
    )
    if not hidden:
        return dict(events), hidden
    return {name: found.hiding(hidden) if name in data else found for name, found in events.items()}, hidden


def forget_seen(plan: Plan, folder: RunFolder) -> None:
    """Before anything is read: drop what earlier runs remembered of events, unless they were blind in the same way."""
    blind = blind_selections(plan.card)
    if not blind or not plan.has_data:
        return
    card = plan.card.model_dump(
        mode="json", include={"datasets", "objects", "selections", "features", "regions"}
    )
    key = {"blind": content_key(card, sorted(blind))}
    if folder.remembered(f"{STATE}/blind.json") != key:
        folder.forget_parts()
        folder.write_json(f"{STATE}/blind.json", key)


def forget_unsupported(
    plan: Plan, hidden: frozenset[str], folder: RunFolder, valid: Collection[str], *, files: bool = True
) -> None:
    """After reading: drop what may tell of hidden data. These are results of other cards than this one, whose names are
    neither ``valid`` nor run now, and files that were read before a later one showed that a region overlaps a blind
    one; without ``files`` these stay, since tasks of a farm are still to be given them."""
    if not hidden:
        return
    for name in folder.stored_names():
        if name not in valid and name not in plan.methods:
            folder.remove_result(name)
    for name, card in plan.card.datasets.items():
        if card.role == "data" and files:
            folder.forget_parts(f"data/{name}", lambda values: not hidden <= set(values.get("hidden", ())))


def why_blind(plan: Plan, planned: PlannedMethod, hidden: frozenset[str]) -> str | None:
    """Why a method is not run: its collision data are hidden. None: they are not."""
    selection = plan.tables.features[planned.table].selection or NO_SELECTION
    if selection not in hidden or all(plan.card.datasets[d].role != "data" for d in planned.datasets):
        return None
    blind = {r: s for r, s in plan.card.regions.items() if s in blind_selections(plan.card)}
    if selection in blind.values():
        names = " and ".join(f"'{r}'" for r, s in blind.items() if s == selection)
        return f"the region {names} is blinded: collision data are not used"
    names = ", ".join(f"'{r}'" for r in blind)
    what = f"the selection '{selection}'" if selection != NO_SELECTION else "the sample of all events"
    return f"{what} contains collision data of the blinded region{'s' * (len(blind) > 1)} {names}"


def blinding(card: RunCard, hidden: frozenset[str], folder: RunFolder) -> dict[str, Any]:
    """What provenance.json says of a run: blind regions, selections that were hidden with them, and regions that an
    earlier run held blind and this one does not."""
    blind = sorted({region for method in card.methods.values() for region in method.blind})
    runs = (folder.read_json("provenance.json") or {}).get("runs", ())
    before = runs[-1].get("blind", []) if runs else []
    if not blind and not before:
        return {}
    unblinded = sorted(set(before) - set(blind))
    return {"blind": blind, "hidden": sorted(hidden)} | ({"unblinded": unblinded} if unblinded else {})
