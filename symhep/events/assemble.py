"""From feature tables of several datasets to the one `Dataset` a method gets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from symhep.card.schema import FeatureCard, RunCard
from symhep.errors import CardError, MethodError
from symhep.events.copies import source_units
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.kinds import COMPONENTS, VectorKind
from symhep.events.naming import expression_unit, feature_columns, particle_names
from symhep.events.table import FeatureTable, Places
from symhep.events.thresholds import thresholds
from symhep.events.varied_tables import VariedTables, variations_of, widest

__all__ = ["LARGEST", "assemble", "check_cross_sections"]

#: Numbers beyond this have no square in double precision.
LARGEST = 1e150
NOTHING_VARIED: Mapping[str, Mapping[str, VariedTables]] = {}


def check_cross_sections(card: RunCard, names: Iterable[str]) -> None:
    """Either all of the datasets ``names`` have an ``xsec_pb`` or none, else their ratio would mean nothing.

    Raises `CardError` with the names of those that lack it.
    """
    datasets = tuple(names)
    lacking = [name for name in datasets if card.datasets[name].xsec_pb is None]
    if lacking and len(lacking) < len(datasets):
        raise CardError(
            f"datasets {', '.join(lacking)} have no xsec_pb while others have",
            hint="give it for all, or for none",
        )


def assemble(
    card: RunCard,
    features: str,
    tables: Mapping[str, FeatureTable],
    units: Mapping[str, str] | None = None,
    reference: Collection[str] = (),
    called: str | None = None,
    varied: Mapping[str, Mapping[str, VariedTables]] = NOTHING_VARIED,
) -> Dataset:
    """Join ``tables`` (dataset name -> table) and fit the scaling.

    ``units`` are those of functions of plugins and named folders, by 'module:function'; ``reference`` are the datasets
    that the others are looked at relative to. ``called`` is the name of the dataset, by default that of the features.
    ``varied``: dataset -> systematic variation -> its tables, from which the dataset's variations are made; a variation
    of the same name in several datasets moves them together, and one that changes none of these tables is left out.
    The weights must already be scaled to the cross-sections, see `check_cross_sections`. Raises `MethodError` if all
    weights are 0, or if squares of weights or values could not be summed.
    """
    for group in ([n for n in tables if n not in reference], [n for n in tables if n in reference]):
        check_cross_sections(card, group)
    feature = card.features[features]
    for dataset_name, table in tables.items():
        _require_numbers(dataset_name, features, table)
        for own in varied.get(dataset_name, {}).values():
            for other in own.tables.values():
                _require_numbers(dataset_name, features, other, seen=table)
    # A dataset without events knows no momenta and no kinds, and takes nobody else's away.
    full = {n: t for n, t in tables.items() if len(t)} or dict(list(tables.items())[:1])
    kinds = _kinds(features, full)
    joined = FeatureTable.join(list(full.values()))
    joined = joined.widened(widths := widest(joined, varied))
    weights = joined.weights
    if len(weights) and not weights.any():
        raise MethodError(
            f"all {len(weights)} events of '{features}' have weight 0, so that none counts; choose another weight with "
            "weights.branch, or none"
        )
    particles, columns = _columns(feature, joined, units or {})
    objects = tuple(p.object for p in joined.places for _ in range(p.width))
    labels = np.repeat(np.arange(len(tables)), [len(t) for t in tables.values()])
    dataset = Dataset(
        called or features,
        joined.values,
        columns,
        weights,
        Scaler("none", np.zeros(len(columns)), np.ones(len(columns))),
        joined.momenta,
        particles,
        labels,
        tuple(tables),
        mask=joined.mask,
        kinds=kinds,
        objects=objects,
        sets=frozenset(p.object for p in joined.places if p.varies),
        tags=joined.tags,
        tag_names=feature.tags,
        spectators=joined.spectators,
        spectator_columns=tuple(_expression_column(s, units or {}) for s in feature.spectators),
        thresholds=tuple(t for name in dict.fromkeys(objects) for t in thresholds(name, card.objects[name])),
        unit=_units(card, tables, joined, labels),
        reference=frozenset(reference),
    )
    scaler = Scaler.fit(dataset.values, feature.scaling, weights, dataset.present)
    dataset = replace(dataset, scaler=scaler)
    return replace(dataset, variations=variations_of(dataset, tables, varied, widths)) if varied else dataset


def _units(
    card: RunCard, tables: Mapping[str, FeatureTable], joined: FeatureTable, labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Source event of each row; rows of datasets with 'unit: none' are events of their own."""
    file = joined.source[:, 0] if len(joined.source) == len(joined) else None
    arrays = (joined.values, joined.momenta, joined.mask, joined.tags, joined.spectators)
    unit = source_units(arrays, joined.identity, file, labels)
    alone = [number for number, name in enumerate(tables) if card.datasets[name].unit == "none"]
    rows = np.flatnonzero(np.isin(labels, alone))
    if not len(rows):
        return unit
    unit = unit + len(unit)  # no row of a dataset is the source of one of another
    unit[rows] = rows
    return unit


def _kinds(features: str, tables: Mapping[str, FeatureTable]) -> tuple[VectorKind, ...]:
    """Of each place. Raises `CardError` where datasets know different components of the same object."""
    known: dict[str, tuple[str, Places]] = {}
    for dataset, table in tables.items():
        for places in table.places:
            other, first = known.setdefault(places.object, (dataset, places))
            if first.variables != places.variables or COMPONENTS[first.kind] != COMPONENTS[places.kind]:
                raise CardError(
                    f"'{places.object}' of '{features}' are {first.kind} vectors in dataset '{other}' and "
                    f"{places.kind} ones in '{dataset}'",
                    hint=f"say what is to be used of both, as in {places.object}: {{..., kind: transverse}}",
                )
    return tuple(p.kind for p in FeatureTable.join(list(tables.values())).places for _ in range(p.width))


def _require_numbers(
    dataset: str, features: str, table: FeatureTable, seen: FeatureTable | None = None
) -> None:
    """Raise `MethodError` for weights and values whose squares are no numbers any more."""
    largest = float(np.abs(table.weights).max(initial=0.0))
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        size = "large" if largest > LARGEST else "small"
        raise MethodError(
            f"the weights of dataset '{dataset}' are as {size} as {largest:.3g}, and their squares cannot be summed; "
            "choose another weight with weights.branch, or none"
        )
    largest = (
        0.0 if seen is not None and table.same_rows(seen) else float(np.abs(table.values).max(initial=0.0))
    )
    if largest > LARGEST:
        raise MethodError(
            f"'{features}' of dataset '{dataset}' has values of {largest:.3g}, whose squares cannot be summed; "
            "cut them away in a selection"
        )


def _columns(
    feature: FeatureCard, table: FeatureTable, units: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[Column, ...]]:
    """Names of the particles, and the features place by place."""
    if feature.object is None:
        return (), tuple(_expression_column(v, units) for v in feature.vars)
    fallbacks = [
        p.object if p.width == 1 and not p.varies else f"{p.object}[{index}]"
        for p in table.places
        for index in range(p.width)
    ]
    names = particle_names(list(zip(table.pdg_ids, fallbacks, strict=True)))
    variables = [p.variables for p in table.places for _ in range(p.width)]
    return tuple(name.name for name in names), feature_columns(variables, names, units)


def _expression_column(text: str, units: Mapping[str, str]) -> Column:
    return Column(text, expression_unit(text, units), _math_name(text))


def _math_name(name: str) -> str:
    """'x1' reads as $x_1$ on an axis; an expression stays as it is written.

    >>> _math_name("x12"), _math_name("HT > 3")
    ('$x_{12}$', 'HT > 3')
    """
    head = name.rstrip("0123456789")
    return f"${head}_{{{name[len(head) :]}}}$" if len(head) == 1 and head != name else name
