"""Systematic variations of a card: checked before anything is read, with weights by their names in the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symhep.card.loader import CardFile
from symhep.card.schema import DatasetCard
from symhep.card.variations import VariationCard
from symhep.errors import CardError, nearest
from symhep.events.alternatives import alternative_key
from symhep.events.kinds import VectorKind
from symhep.events.varied_objects import changed_order
from symhep.plugin.manager import Registry
from symhep.readers.interface import Schema
from symhep.run.sources import Source, sources

__all__ = ["agreeing", "check_orders", "check_variations", "other_sources", "with_weights"]


def check_variations(card_file: CardFile) -> None:
    """Raise `CardError` for variations that mean nothing, and for those of one name that differ between datasets."""
    card = card_file.card
    first: dict[str, str] = {}
    for dataset, described in card.datasets.items():
        for name, variation in described.variations.items():
            where = card_file.where("datasets", dataset, "variations", name)
            _check_dataset(dataset, described, where)
            _check_weights(card_file, dataset, variation, where)
            _check_objects(card_file, variation, where)
            other = first.setdefault(name, dataset)
            _check_same(name, (other, card.datasets[other].variations[name]), (dataset, variation), where)


def _check_dataset(dataset: str, described: DatasetCard, where: str) -> None:
    if described.role == "data":
        raise CardError(
            f"'{dataset}' is collision data, which have no systematic variations",
            where=where, hint="define them for the simulation that it is compared with",
        )  # fmt: skip


def _check_weights(card_file: CardFile, dataset: str, variation: VariationCard, where: str) -> None:
    asked = [a.weights for a in variation.alternatives.values() if a.weights is not None]
    if asked and card_file.card.weights_of(dataset).branch == "none":
        raise CardError(
            f"'{asked[0]}' is an alternative event weight, but the nominal weight of '{dataset}' is 1 "
            f"('branch: none')",
            where=where, hint="set the nominal weight (or auto) with weights: {branch: ...}",
        )  # fmt: skip


def _check_objects(card_file: CardFile, variation: VariationCard, where: str) -> None:
    known = card_file.card.objects
    for alternative in variation.alternatives.values():
        for name in alternative.objects:
            if name not in known:
                raise CardError(f"unknown object '{name}'", where=where, hint=nearest(name, known))
            if known[name].collection is None:
                raise CardError(
                    f"'{name}' is made of other objects; only members of a collection can be varied",
                    where=where, hint="vary the objects that it is made of",
                )  # fmt: skip


def _check_same(
    name: str, one: tuple[str, VariationCard], two: tuple[str, VariationCard], where: str
) -> None:
    """The same name in several datasets is one variation: their alternatives are those of one nuisance parameter."""
    (first, a), (second, b) = one, two
    kinds = [(v.combine, v.confidence if v.combine else None) for v in (a, b)]
    if kinds[0] != kinds[1] or (a.up is not None and a.names != b.names):
        raise CardError(
            f"'{name}' of '{second}' and '{name}' of '{first}' differ in 'combine' or in their "
            f"alternatives; variations with the same name are fully correlated",
            where=where, hint="give them different names if they are uncorrelated",
        )  # fmt: skip


def with_weights(card_file: CardFile, dataset: str, schema: Schema) -> dict[str, VariationCard]:
    """The variations of a dataset with the weights that its files have: groups by the names of their members.

    Raises `CardError` for a weight that is not there, and for an odd number of Hessian pairs.
    """
    found = {}
    for name, variation in card_file.card.datasets[dataset].variations.items():
        where = card_file.where("datasets", dataset, "variations", name)
        weights = tuple(w for entry in variation.weights for w in _members(entry, schema, where))
        if variation.combine == "hessian_pairs" and len(weights) % 2:
            raise CardError(
                f"'{name}' has {len(weights)} weights, an odd number; hessian_pairs needs a plus and a "
                f"minus weight for each eigenvector",
                where=where, hint="exclude the central member, as in LHEPdfWeight[1..58]; for one weight "
                                  "per eigenvector use hessian",
            )  # fmt: skip
        if variation.combine == "replicas" and len(weights) < 2:
            raise CardError(f"'{name}' has only one replica", where=where, hint="list all replicas")
        for alternative in variation.alternatives.values() if variation.up is not None else ():
            if alternative.weights is not None and alternative.weights not in schema.weights:
                raise _unknown(alternative.weights, schema.weights, where)
        found[name] = variation.model_copy(update={"weights": weights}) if weights else variation
    return found


def check_orders(
    card_file: CardFile,
    dataset: str,
    kinds: Mapping[str, VectorKind],
    variations: Mapping[str, VariationCard],
) -> None:
    """Raise `CardError` for a changed object that chooses its members by what its change is carried over to."""
    for name, variation in variations.items():
        for alternative in (a for a in variation.alternatives.values() if a.objects):
            try:
                changed_order(card_file.card.objects, kinds, alternative.objects)
            except CardError as error:
                where = card_file.where("datasets", dataset, "variations", name)
                told = (
                    f"a change of {', '.join(alternative.objects)} is propagated to the missing "
                    f"transverse momentum, but {error}"
                )
                raise CardError(told, where=where) from error


def agreeing(variations: Mapping[str, Mapping[str, VariationCard]], card_file: CardFile) -> None:
    """Raise `CardError` where a variation of one name has more weights in one dataset than in another."""
    first: dict[str, str] = {}
    for dataset, own in variations.items():
        for name, variation in own.items():
            other = first.setdefault(name, dataset)
            if len(variations[other][name].weights) != len(variation.weights):
                raise CardError(
                    f"'{name}' has {len(variation.weights)} weights in '{dataset}' and "
                    f"{len(variations[other][name].weights)} in '{other}'; variations with the same name "
                    f"are fully correlated",
                    where=card_file.where("datasets", dataset, "variations", name),
                    hint="give them different names if they are uncorrelated",
                )


def other_sources(card_file: CardFile, dataset: str, registry: Registry) -> dict[str, list[Source]]:
    """Alternative -> its files, of variations by file; the format and the options of the reader are the dataset's."""
    described = card_file.card.datasets[dataset]
    found = {}
    for name, variation in described.variations.items():
        for key, alternative in variation.alternatives.items():
            if alternative.files:
                where = card_file.where("datasets", dataset, "variations", name)
                card = described.model_copy(
                    update={"files": alternative.files, "checksum": None, "source": None}
                )
                found[alternative_key(name, key)] = sources(card, registry, card_file.folder, where)
    return found


def _members(entry: str, schema: Schema, where: str) -> Iterator[str]:
    """The weight itself, or those of a group."""
    if entry in schema.weights:
        yield entry
    elif entry in schema.weight_groups:
        yield from schema.weight_groups[entry]
    else:
        raise _unknown(entry, [*schema.weights, *schema.weight_groups], where)


def _unknown(name: str, known: list[str] | tuple[str, ...], where: str) -> CardError:
    return CardError(f"unknown weight '{name}'", where=where, hint=nearest(name, known))
