"""From feature tables of several datasets to the one `Dataset` a method gets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from symhep.card.schema import FeatureCard, RunCard
from symhep.errors import CardError, MethodError
from symhep.events.copies import source_units, units_or_none
from symhep.events.dataset import Column, Dataset, Scaler
from symhep.events.kinds import COMPONENTS, VectorKind
from symhep.events.naming import expression_unit, feature_columns, particle_names
from symhep.events.scaler import Scaling, merged_scaling_sums, scaling_sums
from symhep.events.stream import InMemory
from symhep.events.table import FeatureTable, Places, joined_places
from symhep.events.thresholds import thresholds
from symhep.events.tree import tree_reduce
from symhep.events.varied_tables import BLOCKS, VariedTables, variations_of, widest

__all__ = [
    "LARGEST", "assemble", "check_cross_sections", "check_datasets", "frame_of", "known_kinds", "no_weight",
    "require_sizes", "units_of", "with_rows",
]  # fmt: skip

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
            hint="give xsec_pb for all datasets, or for none",
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
    check_datasets(card, tables, reference)
    for dataset_name, table in tables.items():
        _require_numbers(dataset_name, features, table)
        for own in varied.get(dataset_name, {}).values():
            for other in own.tables.values():
                _require_numbers(dataset_name, features, other, seen=table)
    # A dataset without events knows no momenta and no kinds, and takes nobody else's away.
    full = {n: t for n, t in tables.items() if len(t)} or dict(list(tables.items())[:1])
    kinds = known_kinds(features, {n: [t.places] for n, t in full.items()})
    joined = FeatureTable.join(list(full.values()))
    joined = joined.widened(widths := widest(joined, varied))
    frame = frame_of(card, features, joined, kinds, tuple(tables), units or {}, reference, called)
    if len(joined) and not joined.weights.any():
        raise MethodError(no_weight(features, len(joined)))
    labels = np.repeat(np.arange(len(tables)), [len(t) for t in tables.values()])
    dataset = with_rows(frame, joined, labels, units_of(card, tables, joined, labels))
    dataset = replace(dataset, scaler=scaler_of(dataset, card.features[features].scaling))
    return replace(dataset, variations=variations_of(dataset, tables, varied, widths)) if varied else dataset


def check_datasets(card: RunCard, names: Iterable[str], reference: Collection[str]) -> None:
    """`check_cross_sections` of the datasets and of those of the reference, apart."""
    datasets = tuple(names)
    for group in ([n for n in datasets if n not in reference], [n for n in datasets if n in reference]):
        check_cross_sections(card, group)


def no_weight(features: str, events: int) -> str:
    """What is said where no event counts."""
    return (
        f"all {events} events of '{features}' have weight 0; choose another weight with weights.branch "
        f"(or none)"
    )


def frame_of(
    card: RunCard,
    features: str,
    table: FeatureTable,
    kinds: tuple[VectorKind, ...],
    names: tuple[str, ...],
    units: Mapping[str, str],
    reference: Collection[str],
    called: str | None = None,
) -> Dataset:
    """A dataset without rows: what all rows have in common, which ``table`` knows, whatever rows it has."""
    feature = card.features[features]
    particles, columns = _columns(feature, table, units)
    objects = tuple(p.object for p in table.places for _ in range(p.width))
    vectors, labels = table.momenta is not None, table.tags is not None
    return Dataset(
        called or features,
        np.zeros((0, len(columns))),
        columns,
        np.zeros(0),
        Scaler("none", np.zeros(len(columns)), np.ones(len(columns))),
        np.zeros((0, len(objects), 4)) if vectors else None,
        particles,
        np.zeros(0, dtype=np.int64),
        names,
        mask=None if table.mask is None else np.zeros((0, len(objects)), dtype=bool),
        kinds=kinds,
        objects=objects,
        sets=frozenset(p.object for p in table.places if p.varies),
        tags=np.zeros((0, len(objects), len(feature.tags))) if labels else None,
        tag_names=feature.tags,
        spectators=np.zeros((0, len(feature.spectators))),
        spectator_columns=tuple(_expression_column(s, units) for s in feature.spectators),
        thresholds=tuple(t for name in dict.fromkeys(objects) for t in thresholds(name, card.objects[name])),
        reference=frozenset(reference),
    )


def with_rows(
    frame: Dataset, table: FeatureTable, labels: npt.NDArray[np.int64], unit: npt.NDArray[np.int64]
) -> Dataset:
    """The dataset ``frame`` with the rows of a table, of the datasets ``labels`` and the source events ``unit``.

    Blocks are numbered through all datasets.
    """
    block, origin = (np.zeros(0, dtype=np.int64) if a is None else a for a in (table.block, table.origin))
    return replace(
        frame,
        values=table.values,
        weights=table.weights,
        momenta=table.momenta,
        labels=labels,
        mask=table.mask,
        tags=table.tags,
        spectators=table.spectators,
        unit=unit,
        block=block + labels * BLOCKS if len(block) else block,
        origin=_of_units(origin, unit) if len(origin) else origin,
    )


def _of_units(origin: npt.NDArray[np.int64], unit: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """That of the first row of each independent event, for all of its rows."""
    place = units_or_none(unit)
    return origin if place is None else origin[np.unique(place, return_index=True)[1]][place]


def scaler_of(data: Dataset, kind: Scaling) -> Scaler:
    """The scaling of all events of a dataset in memory, from sums over its blocks."""
    if kind == "none" or not len(data):
        return Scaler.fit(data.values, "none")
    stream = InMemory(replace(data, variations=()))
    blocks = (stream.block(number) for number in range(len(stream)))
    sums = tree_reduce((scaling_sums(b.values, b.weights, b.present) for b in blocks), merged_scaling_sums)
    assert sums is not None
    return Scaler.of_sums(sums, kind)


def units_of(
    card: RunCard, names: Iterable[str], joined: FeatureTable, labels: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Source event of each row; rows of datasets with 'unit: none' are events of their own."""
    file = joined.source[:, 0] if len(joined.source) == len(joined) else None
    arrays = (joined.values, joined.momenta, joined.mask, joined.tags, joined.spectators)
    unit = source_units(arrays, joined.identity, file, labels)
    alone = [number for number, name in enumerate(names) if card.datasets[name].unit == "none"]
    rows = np.flatnonzero(np.isin(labels, alone))
    if not len(rows):
        return unit
    unit = unit + len(unit)  # no row of a dataset is the source of one of another
    unit[rows] = rows
    return unit


def known_kinds(features: str, tables: Mapping[str, Sequence[tuple[Places, ...]]]) -> tuple[VectorKind, ...]:
    """Of each place, from the places of the tables of each dataset.

    Raises `CardError` where datasets know different components of the same object.
    """
    known: dict[str, tuple[str, Places]] = {}
    for dataset, own in tables.items():
        for places in chain.from_iterable(own):
            other, first = known.setdefault(places.object, (dataset, places))
            if first.variables != places.variables or COMPONENTS[first.kind] != COMPONENTS[places.kind]:
                raise CardError(
                    f"'{places.object}' of '{features}' are {first.kind} vectors in dataset '{other}' and "
                    f"{places.kind} ones in '{dataset}'",
                    hint=f"choose one kind for both, as in {places.object}: {{..., kind: transverse}}",
                )
    every = [table for own in tables.values() for table in own]
    return tuple(p.kind for p in joined_places(every) for _ in range(p.width))


def _require_numbers(
    dataset: str, features: str, table: FeatureTable, seen: FeatureTable | None = None
) -> None:
    """Raise `MethodError` for weights and values whose squares are no numbers any more."""
    weight = float(np.abs(table.weights).max(initial=0.0))
    same = seen is not None and table.same_rows(seen)
    require_sizes(dataset, features, weight, 0.0 if same else float(np.abs(table.values).max(initial=0.0)))


def require_sizes(dataset: str, features: str, largest: float, value: float) -> None:
    """Raise `MethodError` for a largest weight, or a largest value, whose square is no number any more."""
    if largest > LARGEST or 0 < largest < 1 / LARGEST:
        size = "large" if largest > LARGEST else "small"
        raise MethodError(
            f"the weights of dataset '{dataset}' are as {size} as {largest:.3g}, too large to sum their "
            f"squares; choose another weight with weights.branch (or none)"
        )
    if value > LARGEST:
        raise MethodError(
            f"'{features}' of dataset '{dataset}' has values of {value:.3g}, too large to sum their "
            f"squares; remove them with a cut in a selection"
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
