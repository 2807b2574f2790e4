"""A card tried on the first events of each dataset, before the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symhep.card.loader import CardFile
from symhep.card.schema import RunCard
from symhep.errors import CardError, InputError, MethodError, PluginError
from symhep.events.alternatives import Alternatives
from symhep.events.assemble import assemble
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.plugin.isolation import isolated
from symhep.readers.interface import LossLog
from symhep.run.agreement import Agreement
from symhep.run.filling import read_filled
from symhep.run.planned import PlannedMethod
from symhep.run.regions import blind_of
from symhep.run.sources import Source

__all__ = ["check_method", "rehearse"]

#: Events that a card is tried on before the run.
_REHEARSAL = 20


def rehearse(card: RunCard, found: list[Source], agreement: Agreement) -> Mapping[str, FeatureTable]:
    """Select from the first few events: an expression that gives no single value per event fails here.

    The feature tables of these events.
    """
    few = replace(agreement.request, max_events=_REHEARSAL, chunk_events=_REHEARSAL)
    selector = Selector(
        card, agreement.kinds, agreement.functions, card.weights_of(agreement.dataset),
        blind_of(card, agreement.dataset), Alternatives.of(agreement.variations),
    )  # fmt: skip
    for source in found:
        read = 0
        try:
            source.schema()
        except InputError:  # under 'skip': a row of the account
            continue
        for batch in read_filled(source, few, LossLog("skip")):
            selector.add(batch)
            read += len(batch)
        if read:
            break
    return {name: selector.table(name) for name in card.features}


def check_method(
    card_file: CardFile,
    tables: RunCard,
    planned: PlannedMethod,
    tried: Mapping[str, Mapping[str, FeatureTable]],
) -> None:
    """Raise `CardError` for what the method cannot do with such features, as far as the first events show it.

    What it says of the events themselves, of which these are too few, is left to the run.
    """
    where = card_file.where("methods", planned.card_name)
    found = {name: tried[name][planned.table] for name in planned.datasets}
    try:
        data = assemble(tables, planned.table, found, reference=planned.reference)
    except MethodError:
        return
    try:
        planned.method.require_takes(data.needs, planned.features)
        for options in (planned.options, *(point.options for point in planned.scan)):
            try:
                with isolated():
                    planned.method.check(data, options)
            except (MethodError, PluginError):
                continue
    except CardError as error:
        raise CardError(str(error), where=where) from error
