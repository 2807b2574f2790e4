"""Events that do not fit into memory, as a dataset: a uniform subsample of them, and all of them block by block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from symhep.card.schema import RunCard
from symhep.card.variations import Rule
from symhep.errors import MethodError
from symhep.events.alternatives import alternative_key
from symhep.events.assemble import (
    assemble,
    check_datasets,
    frame_of,
    known_kinds,
    no_weight,
    require_sizes,
    units_of,
    with_rows,
)
from symhep.events.copies import source_units
from symhep.events.dataset import Dataset
from symhep.events.scaler import Scaler, Scaling
from symhep.events.stream import BlockInfo, EventStream
from symhep.events.table import FeatureTable, Places, joined_ids, joined_places, wide_ids
from symhep.events.variation import Alternative, Variation
from symhep.events.varied_tables import VariedTables, alternative_of
from symhep.methods.passes import Reducer
from symhep.run.first_look import FirstLook
from symhep.run.folder import content_key
from symhep.run.jobs import all_of
from symhep.run.joining import DatasetEvents
from symhep.run.varied_events import rule_of

__all__ = ["LOOKS", "StoredStream", "dataset_of", "table_bytes"]

#: Where the first looks at events that do not fit into memory are kept.
LOOKS = "looks"
#: More rows than a block has: units are numbered block by block.
ROWS = 1 << 32


def table_bytes(events: Mapping[str, DatasetEvents], feature: str) -> int:
    """What the tables of a feature set take in memory, those of alternatives included."""
    own = [
        (block, d) for e in events.values() for block, d in zip(e.blocks, e.described(feature), strict=True)
    ]
    return sum(d["bytes"] for _, d in own) + sum(
        tables[feature]["bytes"]
        for block, d in own
        if d["events"]
        for tables in block.varied.values()
        if feature in tables
    )


def dataset_of(
    card: RunCard,
    feature: str,
    events: Mapping[str, DatasetEvents],
    units: Mapping[str, str],
    reference: Collection[str],
    called: str | None,
    memory: float,
    reducer: Reducer,
) -> Dataset:
    """The events of several datasets as one `Dataset`: in memory where they take no more than ``memory`` bytes, else
    a uniform subsample with a stream. See `symhep.events.assemble.assemble`."""
    if table_bytes(events, feature) > memory:
        return _streamed(card, feature, events, units, reference, called, reducer)
    loaded = {name: own.tables(feature) for name, own in events.items()}
    varied = {name: v for name, (_, v) in loaded.items() if v}
    tables = {name: table for name, (table, _) in loaded.items()}
    return assemble(card, feature, tables, units, reference, called, varied)


@dataclass(frozen=True)
class Planned:
    """A systematic variation as all blocks have it. ``same_rows``: of each alternative, everywhere."""

    name: str
    rule: Rule
    confidence: float
    same_rows: Mapping[str, bool]
    samples: frozenset[str]


@dataclass(frozen=True)
class Entry:
    """A block of the stream: its number there, of which dataset it is, and what is known of it."""

    number: int
    dataset: str
    info: BlockInfo


class StoredStream(EventStream):
    """The blocks of several datasets, read from where they are stored one at a time.

    ``events`` holds the blocks of the ``entries``, dataset by dataset in their order, and no others.
    """

    def __init__(
        self,
        frame: Dataset,
        feature: str,
        widths: Sequence[int],
        events: Mapping[str, DatasetEvents],
        entries: Sequence[Entry],
        variations: Sequence[Planned],
        key: str,
    ) -> None:
        self.frame, self.feature, self.widths, self.samples = frame, feature, tuple(widths), events
        self.entries, self.variations, self.key = tuple(entries), tuple(variations), key
        self.blocks = tuple(entry.info for entry in entries)
        count: dict[str, int] = dict.fromkeys(events, 0)
        self._places = []
        for entry in entries:
            self._places.append(count[entry.dataset])
            count[entry.dataset] += 1

    def only(self, numbers: Sequence[int]) -> StoredStream:
        """See `EventStream.only`; nothing of the other blocks is kept."""
        entries = [self.entries[n] for n in numbers]
        events = {
            name: replace(
                own.only([self._places[n] for n in numbers if self.entries[n].dataset == name]), account={}
            )
            for name, own in self.samples.items()
        }
        return StoredStream(self.frame, self.feature, self.widths, events, entries, self.variations, self.key)

    def framed(self, frame: Dataset) -> StoredStream:
        """The same blocks with another scaling."""
        return StoredStream(
            frame, self.feature, self.widths, self.samples, self.entries, self.variations, self.key
        )

    def rows_of(self, alternative: str) -> int:
        """Rows under an alternative that changes objects; those of datasets that lack it are as they are."""
        tables = [
            block.varied.get(alternative, block.tables)
            for own in self.samples.values()
            for block in own.blocks
        ]
        return sum(own[self.feature]["events"] for own in tables if self.feature in own)

    def block(self, number: int) -> Dataset:
        """See `EventStream.block`."""
        entry = self.entries[number]
        own = self.samples[entry.dataset].only([self._places[number]])
        table, varied = own.tables(self.feature)
        labels = np.full(len(table), entry.info.label, dtype=np.int64)
        wide = table.widened(self.widths)
        unit = units_of(own.blocks[0].reading.card, (entry.dataset,), wide, np.zeros_like(labels))
        data = with_rows(self.frame, wide, labels, unit + entry.number * ROWS)
        found = (self._varied(v, data, entry.dataset, table, varied) for v in self.variations)
        return replace(data, variations=tuple(found))

    def _varied(
        self,
        planned: Planned,
        data: Dataset,
        name: str,
        table: FeatureTable,
        varied: Mapping[str, VariedTables],
    ) -> Variation:
        """A variation of the rows of one block; a dataset that lacks it stays as it is."""
        found = []
        for key, same_rows in planned.same_rows.items():
            other = data
            if planned.name in varied:
                changed = {name: varied[planned.name].tables[key]}
                other, _ = alternative_of(data, {name: table}, changed, frozenset(), self.widths)
            found.append(Alternative(key, other, same_rows))
        return Variation(planned.name, planned.rule, tuple(found), planned.samples, planned.confidence)


def _streamed(
    card: RunCard,
    feature: str,
    events: Mapping[str, DatasetEvents],
    units: Mapping[str, str],
    reference: Collection[str],
    called: str | None,
    reducer: Reducer,
) -> Dataset:
    """A subsample of the events, with all of them as its stream, and streams of what other files say of them."""
    check_datasets(card, events, reference)
    for name, own in events.items():
        _require_sizes(name, feature, own)
    full = {name: own for name, own in events.items() if own.rows(feature)}
    known = {n: [d for d in own.described(feature) if d["events"]] for n, own in full.items()}
    places = {n: [_places(d) for d in tables] for n, tables in known.items()}
    own_places = [p for tables in places.values() for p in tables]
    widths = [p.width for p in joined_places([*own_places, *_varied_places(full.values(), feature)])]
    ids = [tuple(d["pdg_ids"]) for tables in known.values() for d in tables]
    # Nothing but the shapes of its arrays is taken from one of the blocks.
    blocks = [b for own in full.values() for b in own.blocks if b.tables[feature]["events"]]
    table = replace(
        blocks[0].table(feature).first(0).widened(widths),
        places=tuple(
            replace(p, width=width) for p, width in zip(joined_places(own_places), widths, strict=True)
        ),
        pdg_ids=joined_ids(
            [wide_ids(i, [p.width for p in q], widths) for i, q in zip(ids, own_places, strict=True)]
        ),
    )
    frame = frame_of(
        card, feature, table, known_kinds(feature, places), tuple(events), units, reference, called
    )
    kept, entries = _entries(events, feature)
    key = content_key(
        feature, [(n, own.factor, [(b.reading.key, b.number) for b in own.blocks]) for n, own in kept.items()]
    )
    stream = StoredStream(frame, feature, widths, kept, entries, _variations(full, feature), key)
    return _with_other_files(_looked_at(stream, card.features[feature].scaling, reducer), events, reducer)


def _require_sizes(name: str, feature: str, own: DatasetEvents) -> None:
    """Raise `MethodError` for weights and values whose squares are no numbers any more."""
    every = [d for d in own.described(feature) if d["events"]]
    every += [v[feature] for block in own.blocks for v in block.varied.values() if feature in v]
    for d in every:
        require_sizes(name, feature, d["largest"][0] * abs(own.factor), d["largest"][1])


def _places(described: Mapping[str, Any]) -> tuple[Places, ...]:
    return tuple(Places(**{**p, "variables": tuple(p["variables"])}) for p in described["places"])


def _varied_places(events: Iterable[DatasetEvents], feature: str) -> list[tuple[Places, ...]]:
    """Of the tables of alternatives that change objects."""
    return [
        _places(tables[feature])
        for own in events
        for block in own.blocks
        for tables in block.varied.values()
        if feature in tables and tables[feature]["events"]
    ] + [
        _places(d)
        for own in events
        for other in own.others.values()
        for d in other.described(feature)
        if d["events"]
    ]


def _variations(events: Mapping[str, DatasetEvents], feature: str) -> list[Planned]:
    """The systematic variations of the datasets; one of the same name in several of them is one."""
    found = []
    for name in dict.fromkeys(v for own in events.values() for v in own.variations):
        mine = {n: own for n, own in events.items() if name in own.variations}
        card = next(iter(mine.values())).variations[name]
        same_rows = {
            key: not any(
                alternative_key(name, key) in own.others
                or feature in own.blocks[0].varied.get(alternative_key(name, key), {})
                for own in mine.values()
            )
            for key in card.alternatives
        }
        found.append(Planned(name, rule_of(card), card.confidence, same_rows, frozenset(mine)))
    return found


def _looked_at(stream: StoredStream, scaling: Scaling, reducer: Reducer) -> Dataset:
    """The dataset: with the scaling of all events, and the rows of the subsample, found in one pass."""
    fewest = [stream.events]
    for variation in stream.variations:
        for name in (key for key, same in variation.same_rows.items() if not same):
            fewest.append(stream.rows_of(alternative_key(variation.name, name)))
    look = FirstLook(stream, min(fewest))
    state = reducer(look, stream)
    frame = replace(stream.frame, scaler=Scaler.of_sums(look.scaling(state), scaling))
    stream = stream.framed(frame)
    planned = tuple(
        Variation(
            v.name, v.rule, tuple(Alternative(key, frame, same) for key, same in v.same_rows.items()), v.samples,
            v.confidence,
        )
        for v in stream.variations
    )  # fmt: skip
    data = replace(look.dataset(state, frame, planned), stream=stream)
    _require_no_copies(data)
    if not data.weights.any() and not any(block.w2 for block in stream.blocks):
        raise MethodError(no_weight(stream.feature, stream.events))
    return data


def _require_no_copies(data: Dataset) -> None:
    """Raise `MethodError` where events occur again in other blocks: sums over blocks would take them for independent.

    Both copies of a pair are in the subsample, n of N rows, with probability (n / N)^2: of 10^9 events each of which is
    there twice some twenty pairs are found.
    """
    stream = data.stream
    assert isinstance(stream, StoredStream)
    card = next(iter(stream.samples.values())).blocks[0].reading.card
    alone = [n for n, name in enumerate(data.label_names) if card.datasets[name].unit == "none"]
    some = data.take(np.flatnonzero(~np.isin(data.labels, alone)))
    unit = source_units(
        (some.values, some.momenta, some.mask, some.tags, some.spectators), None, None, some.labels
    )
    first = np.arange(len(unit))[unit]
    again = int((some.block != some.block[first]).sum())
    if again:
        many = again * (stream.events / len(data)) ** 2
        raise MethodError(
            f"about {many:,.2g} of {stream.events:,} events of '{data.name}' occur more than once in the "
            f"files. Copies are counted as one event only if all events fit into memory: remove duplicate "
            f"files, increase run.memory, or set 'unit: none' if these rows are independent events"
        )


def _with_other_files(data: Dataset, events: Mapping[str, DatasetEvents], reducer: Reducer) -> Dataset:
    """With streams of their own for the alternatives that lie in other files."""
    stream = data.stream
    assert isinstance(stream, StoredStream)

    def alternative(variation: str, one: Alternative) -> Alternative:
        key = alternative_key(variation, one.name)
        theirs = {name: own.others[key] for name, own in events.items() if key in own.others}
        if not theirs:
            return one
        changed = {**events, **theirs}
        kept, entries = _entries(changed, stream.feature)
        other = StoredStream(
            stream.frame, stream.feature, stream.widths, kept, entries, (), f"{stream.key}:{key}"
        )
        look = FirstLook(other, other.events)
        rows = look.dataset(reducer(look, other), stream.frame)
        return replace(one, data=replace(rows, stream=other))

    asked = [(v.name, a) for v in data.variations for a in v.alternatives]
    found = iter(all_of([partial(alternative, *one) for one in asked]))
    variations = tuple(
        replace(v, alternatives=tuple(next(found) for _ in v.alternatives)) for v in data.variations
    )
    return replace(data, variations=variations)


def _entries(
    events: Mapping[str, DatasetEvents], feature: str
) -> tuple[dict[str, DatasetEvents], list[Entry]]:
    """The blocks that have rows, dataset by dataset."""
    entries = list[Entry]()
    kept = dict[str, DatasetEvents]()
    for label, (name, own) in enumerate(events.items()):
        every = own.described(feature)
        kept[name] = own.only([n for n, d in enumerate(every) if d["events"]])
        for d in (d for d in every if d["events"]):
            info = BlockInfo(d["events"], label, d["w"] * own.factor, d["w2"] * own.factor**2)
            entries.append(Entry(len(entries), name, info))
    return kept, entries
