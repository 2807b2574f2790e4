"""Regions: a feature set without a selection of its own becomes one for each region that a method looks at."""

from __future__ import annotations

from symhep.card.loader import CardFile
from symhep.card.schema import MethodCard, RunCard
from symhep.errors import CardError, nearest

__all__ = ["blind_of", "blind_selections", "check_regions", "table_name", "with_regions"]

#: Names that a region cannot have, since a result's folder holds folders of these names.
_TAKEN = frozenset({"scan", "figures", "checkpoint", "variations"})


def table_name(features: str, region: str | None) -> str:
    """What the features in a region are called; '@' stands in no name of a card.

    >>> table_name("plane", "with_jet"), table_name("plane", None)
    ('plane@with_jet', 'plane')
    """
    return features if region is None else f"{features}@{region}"


def with_regions(card: RunCard) -> RunCard:
    """The card with a feature set for each pair of features and region, and without those that nobody asks for bare."""
    asked: dict[str, dict[str | None, None]] = {name: {} for name in card.features}
    for method in card.methods.values():
        asked.get(method.features, {}).update(dict.fromkeys(method.regions or (None,)))
    features = {}
    for name, feature in card.features.items():
        for region in asked[name] or (None,):
            chosen = feature if region is None else feature.model_copy(
                update={"selection": card.regions[region]}
            )  # fmt: skip
            features[table_name(name, region)] = chosen
    return card.model_copy(update={"features": features})


def blind_selections(card: RunCard) -> frozenset[str]:
    """Selections of the regions that any method says are blind: collision data are looked at, or they are not."""
    return frozenset(card.regions[region] for method in card.methods.values() for region in method.blind)


def blind_of(card: RunCard, dataset: str) -> frozenset[str]:
    """The blind selections of a dataset: none of simulation."""
    return blind_selections(card) if card.datasets[dataset].role == "data" else frozenset()


def check_regions(card_file: CardFile) -> None:
    """Raise `CardError` for regions that lead nowhere, and for methods that cannot be run in them."""
    card = card_file.card
    for region, selection in card.regions.items():
        where = card_file.where("regions", region)
        if selection not in card.selections:
            raise CardError(
                f"unknown selection '{selection}'", where=where, hint=nearest(selection, card.selections)
            )
        if region in _TAKEN:
            raise CardError(f"the name '{region}' is reserved; rename the region", where=where)
    if "control" in card.methods and any(d.role for d in card.datasets.values()):
        raise CardError(
            "the name 'control' is reserved for the control plots; rename the method",
            where=card_file.where("methods", "control"),
        )
    for name, method in card.methods.items():
        for key in ("regions", "blind"):
            for region in getattr(method, key):
                if region not in card.regions:
                    raise CardError(
                        f"unknown region '{region}'",
                        where=card_file.where("methods", name, key), hint=nearest(region, card.regions),
                    )  # fmt: skip
        _check_features(card_file, name, method)
    if any(m.blind for m in card.methods.values()) and not any(d.role for d in card.datasets.values()):
        raise CardError(
            "'blind' hides collision data, but no dataset has a role",
            where=card_file.where("datasets"), hint="set 'role' of the datasets: data or simulation",
        )  # fmt: skip


def _check_features(card_file: CardFile, name: str, method: MethodCard) -> None:
    feature = card_file.card.features.get(method.features)
    if method.regions and feature is not None and feature.selection is not None:
        raise CardError(
            f"the features '{method.features}' have a selection of their own and cannot be used with regions",
            where=card_file.where("methods", name, "regions"),
            hint="remove their 'selection', or 'regions' of the method",
        )
