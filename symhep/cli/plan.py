"""What a card will do, in lines: who is data and who simulation, which regions, which method looks at what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symhep.card.schema import DatasetCard
    from symhep.card.variations import VariationCard
    from symhep.run.planned import Plan, PlannedMethod

__all__ = ["plan_lines"]

_ROLES = {"data": "collision data", "simulation": "simulation", None: "no role"}


def plan_lines(plan: Plan) -> Iterator[str]:
    """The plan of a card that has roles, regions, references or variations; nothing of others."""
    card = plan.card
    if not (plan.has_roles or card.regions or any(d.variations for d in card.datasets.values())
            or any(m.reference for m in card.methods.values())):  # fmt: skip
        return
    yield "datasets:"
    for name, dataset in card.datasets.items():
        yield f"  {name}: {_dataset(dataset, len(plan.sources[name]), card.luminosity_fb)}"
        for variation, described in dataset.variations.items():
            yield f"    {variation}: {_variation(described)}"
            if problem := _doubtful(described, plan.agreements[name].request.weight):
                yield f"      warning: {problem}"
    if card.regions:
        yield "regions:"
        blind = {region for method in card.methods.values() for region in method.blind}
        for region, selection in card.regions.items():
            cuts = "; ".join(cut.cut for cut in card.selections[selection]) or "no cut"
            yield f"  {region}: {selection}: {cuts}{' (data blind)' if region in blind else ''}"
    if plan.methods:
        yield "methods:"
    for planned in plan.methods.values():
        yield f"  {planned.name}: {_method(planned, plan)}"


def _dataset(dataset: DatasetCard, files: int, luminosity: float | None) -> str:
    told = [_ROLES[dataset.role], f"{files} file{'s' * (files != 1)}"]
    if dataset.xsec_pb is not None:
        told.append(f"{dataset.xsec_pb:g} pb" + (f" x {luminosity:g} / fb" if luminosity is not None else ""))
    return ", ".join(told)


def _variation(variation: VariationCard) -> str:
    """How it is done and combined.

    >>> from symhep.card.variations import VariationCard
    >>> _variation(VariationCard(up={"objects": {"jets": 1.02}}))
    'up: other jets'
    >>> _variation(VariationCard(weights="LHEPdfWeight[1..100]", combine="hessian"))
    '100 weights, hessian'
    """
    if variation.up is None:
        many = len(variation.weights)
        return f"{many} weight{'s' * (many != 1)}, {variation.combine}"
    told = []
    for name, alternative in variation.alternatives.items():
        other = alternative.weights or ", ".join(alternative.objects) or f"{len(alternative.files)} files"
        told.append(f"{name}: other {other}" if not alternative.weights else f"{name}: weight {other}")
    return "; ".join(told)


def _doubtful(variation: VariationCard, nominal: str) -> str | None:
    """What is probably a mistake: a central member in a Hessian set, a variation that is the nominal weight.

    >>> from symhep.card.variations import VariationCard
    >>> _doubtful(VariationCard(weights="LHEPdfWeight[0..100]", combine="hessian"), "genWeight")
    'LHEPdfWeight[0] usually is the central member, which is not an eigenvector: use [1..]'
    >>> _doubtful(VariationCard(up={"weights": "genWeight"}), "genWeight")
    "'up' is the nominal weight genWeight"
    """
    central = next((w for w in variation.weights if w.endswith("[0]")), None)
    if central is not None and variation.combine in ("hessian", "hessian_pairs"):
        return f"{central} usually is the central member, which is not an eigenvector: use [1..]"
    same = next((k for k, a in variation.alternatives.items() if a.weights == nominal), None)
    return f"'{same}' is the nominal weight {nominal}" if same is not None else None


def _method(planned: PlannedMethod, plan: Plan) -> str:
    own = [name for name in planned.datasets if name not in planned.reference]
    card = plan.card.methods[planned.card_name]
    varied = dict.fromkeys(v for name in planned.datasets for v in plan.card.datasets[name].variations)
    told = f"{planned.method.name} on {planned.features} of {', '.join(own)}"
    if planned.reference:
        told += f" relative to {', '.join(planned.reference)}"
    if varied:
        told += f", with variations {', '.join(varied)}"
    data = any(plan.card.datasets[name].role == "data" for name in planned.datasets)
    return told + (" (blind)" if data and planned.region in card.blind else "")
