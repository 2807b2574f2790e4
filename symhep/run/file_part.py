"""A piece of a file: read and selected block by block, with an account of every event."""

from __future__ import annotations

import json
import platform
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import FileLock

from symhep.card.schema import RunCard
from symhep.errors import InputError, StoreError
from symhep.events.alternatives import Alternatives
from symhep.events.batch import EventBatch
from symhep.events.select import Selector
from symhep.events.table import FeatureTable
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.result import Part
from symhep.paths import obstacle
from symhep.readers.interface import LossLog, WeightSums
from symhep.run.agreement import Agreement, taken
from symhep.run.archive import map_archive
from symhep.run.blocks import Segment, cut
from symhep.run.filling import read_filled
from symhep.run.folder import RunFolder
from symhep.run.names import local_path
from symhep.run.part_store import PartStore
from symhep.run.regions import blind_of
from symhep.run.sources import Source, lost

__all__ = ["SegmentReading", "check_weights", "stored_name"]


@dataclass(frozen=True)
class SegmentReading:
    """A piece of a file to be read and selected, wherever that is done.

    Attributes
    ----------
    segment
        Which events of the file.
    limit
        Most events that are read of it.
    content
        Tells the file from others for random numbers, whatever it is called.
    place, key, index
        Where the parts of its blocks lie in ``store``, under what key, and the number of the segment in its dataset.
    there
        It is a file on the machine that asks for it: one that does not see it must say so, and not count it as lost.
    """

    source: Source
    card: RunCard
    agreement: Agreement
    segment: Segment
    limit: int | None
    content: str
    place: str
    key: str
    index: int
    store: PartStore
    there: bool = False

    @property
    def told(self) -> str:
        """What an error calls it."""
        return f"reading {self.source.path}{self.segment.told}"

    def run(self, progress: Progress) -> dict[str, Any]:
        """Read the segment, and store the tables of each block as soon as it is complete; an account of its events.

        Damage of the file is an `InputError`, or with ``bad_files`` 'skip' a loss; what the card itself forbids
        is an error in any case. One block is in memory at a time.
        """
        if self.there and (why := obstacle(local_path(self.source.path) or "")):
            raise InputError(
                f"{why} on the machine '{platform.node()}', which reads it", file=self.source.path,
                hint="files must lie under the same path on all machines, as on a shared file system or "
                     "behind a URL",
            )  # fmt: skip
        losses = LossLog(self.card.run.bad_files)
        header: dict[str, Any] = {"file": self.source.path, "format": self.source.reader.name}
        blocks: list[dict[str, Any]] = []
        block, number = self._block(), 0
        with progress.task(f"reading {self.source.path.rsplit('/', 1)[-1]}", 0) as tick:
            for batch, numbered in self._batches(losses, header):
                for place, piece in cut(batch, self.segment):
                    if place != number:
                        blocks.append(self._stored(block, len(blocks)))
                        block, number = self._block(), place
                    block.add(piece, numbered)
                tick(len(batch))
        blocks.append(self._stored(block, len(blocks)))
        header["notes"] = list(header.get("notes", ()))
        account = {
            "taken": header.pop("taken", None),
            "file": header,
            "losses": [asdict(loss) for loss in losses.losses],
            "notes": [asdict(note) for note in losses.notes],
            "blocks": blocks,
            "hidden": sorted({name for values in blocks for name in values["hidden"]}),
        }
        return dict(json.loads(json.dumps(account)))

    def stored(self, folder: RunFolder) -> dict[str, Any] | None:
        """The account of an earlier reading; None without one."""
        part = folder.read_part(self.place, self.key, self.index)
        return None if part is None else part.values

    def keep(self, folder: RunFolder, account: dict[str, Any]) -> None:
        """Remember the account of this reading."""
        folder.write_part(self.place, self.key, self.index, Part(account))

    def arrays(self, number: int, names: Collection[str]) -> dict[str, np.ndarray[Any, Any]]:
        """Arrays of one block, mapped from where it is stored; where that is nowhere, the segment is read again."""
        path = self._path(number)
        if not path.is_file() or (found := map_archive(path, names)) is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.parent / f"{self._block_key}.lock"):  # one thread or process reads it, not all
                if not path.is_file() or (found := map_archive(path, names)) is None:
                    self.run(SilentProgress())
                    found = map_archive(path, names)
        if found is None:
            raise StoreError(f"{path} cannot be read back: the disk may be full or damaged")
        return found

    def _path(self, number: int) -> Path:
        folder = self.store.folder
        return folder.root / folder.part_name(self.place, self._block_key, number)

    @property
    def _block_key(self) -> str:
        return f"{self.key}.{self.index:05d}"

    def _block(self) -> _Block:
        agreement = self.agreement
        return _Block(
            Selector(
                self.card,
                agreement.kinds,
                agreement.functions,
                self.card.weights_of(agreement.dataset),
                blind_of(self.card, agreement.dataset),
                Alternatives.of(agreement.variations, self.card.run.seed, self.content),
            )
        )

    def _stored(self, block: _Block, number: int) -> dict[str, Any]:
        """Store the tables of a complete block; its account."""
        part = block.part(self.card)
        self.store.folder.write_part(self.place, self._block_key, number, part)
        return part.values

    def _batches(
        self, losses: LossLog, header: dict[str, Any]
    ) -> Iterator[tuple[EventBatch, tuple[str, ...]]]:
        """The batches that can be read, with finite weights, and which numbers say what event a row is of; under 'skip'
        the rest of a broken segment is recorded as lost."""
        source, agreement = self.source, self.agreement
        request = replace(
            agreement.request, start=self.segment.start, stop=self.segment.stop, max_events=self.limit
        )
        try:
            schema = source.schema()
            header |= {"cross_section_pb": schema.cross_section_pb, "notes": list(schema.notes)}
            # With a cross-section the weights are scaled to it, for which the sum before skimming is looked up.
            scaled = self.card.datasets[agreement.dataset].xsec_pb is not None
            if scaled and not self.segment.start.event and request.weight in ("auto", schema.auto_weight):
                header["generated"] = source.generated()
        except InputError as error:
            losses.record(lost(source.path, error))
            return
        header["taken"] = taken(schema, request)
        agreement.check(source.path, header["taken"])
        # One file may number its events and another not: that is no disagreement on what the card asks for.
        numbered = agreement.numbered(schema)
        request = replace(request, event_fields=(request.event_fields or frozenset()) | frozenset(numbered))
        read = read_filled if agreement.fill else Source.read
        try:
            for batch in read(source, request, losses):
                check_weights(batch, source.path, agreement.request.variations)
                yield batch, numbered
        except InputError as error:
            losses.record(lost(source.path, error))


class _Block:
    """One block while it is filled."""

    def __init__(self, selector: Selector) -> None:
        self.selector, self.sums = selector, WeightSums()

    def add(self, batch: EventBatch, numbered: tuple[str, ...]) -> None:
        self.selector.add(batch, numbered)
        self.sums.add(batch)

    def part(self, card: RunCard) -> Part:
        """``values`` is the account, ``arrays`` are the tables."""
        selector = self.selector
        arrays: dict[str, np.ndarray[Any, Any]] = {}
        described: dict[str, Any] = {}
        for name in card.features:
            table = selector.table(name)
            arrays |= {f"{name}.{key}": values for key, values in table.arrays().items()}
            described |= _described({name: table})
            # Of a hidden selection nothing is told, counts of its members neither.
            described[name]["truncated"] = dict(selector.truncated[name]) if len(table) else {}
        for key, varied in selector.varied.items():
            for name, table in varied.tables.items():
                arrays |= {f"{stored_name(name, key)}.{k}": values for k, values in table.arrays().items()}
        values = {
            "sums": self.sums.to_json(),
            "selections": {name: flow.to_json() for name, flow in selector.visible_cutflows().items()},
            "tables": described,
            "hidden": sorted(selector.hidden),
            "telling": sorted(map(list, selector.telling)),
            "yields": selector.yields.to_json(),
            "varied": {
                key: {"yields": varied.yields(), "tables": _described(varied.tables)}
                for key, varied in selector.varied.items()
            },
        }
        return Part(json.loads(json.dumps(values)), arrays)


def stored_name(features: str, alternative: str) -> str:
    """Under what name the table of an alternative lies in a part.

    >>> stored_name("plane@ee", "jes/up")
    'jes/up:plane@ee'
    """
    return f"{alternative}:{features}"


def _described(tables: Mapping[str, FeatureTable]) -> dict[str, dict[str, Any]]:
    """What is known of tables without their rows."""
    return {name: table.described() | _sizes(table) for name, table in tables.items()}


def _sizes(table: FeatureTable) -> dict[str, Any]:
    """Rows, bytes, sums of the weights and of their squares, and the largest numbers of a table."""
    weights = np.abs(table.weights)
    return {
        "events": len(table),
        "bytes": sum(array.nbytes for array in table.arrays().values()),
        "w": float(table.weights.sum()),
        "w2": float((table.weights**2).sum()),
        "largest": [float(weights.max(initial=0.0)), float(np.abs(table.values).max(initial=0.0))],
    }


def check_weights(
    batch: EventBatch, file: str, alternatives: frozenset[str] | Literal[True] = frozenset()
) -> None:
    """Raise `InputError` for a weight, or one of the ``alternatives`` asked for, that is infinite or not a number."""
    skip = "bad_files: skip ignores the file from this chunk on"
    bad = ~np.isfinite(batch.weights)
    if bad.any():
        found = batch.weights[bad][0]
        number = batch.first + int(np.argmax(bad))
        raise InputError(
            f"the weight of event {number} is {found}", file=file, event=number,
            hint=f"choose another weight with weights.branch; {skip}",
        )  # fmt: skip
    for name in sorted(batch.variations if alternatives is True else alternatives):
        values = batch.variations.get(name, np.full(len(batch), np.nan))
        if not (finite := np.isfinite(values)).all():
            place = int(np.argmin(finite))
            told = "missing, or not a number" if np.isnan(values[place]) else f"{values[place]}"
            raise InputError(
                f"the alternative weight '{name}' of event {batch.first + place} is {told}",
                file=file, event=batch.first + place, hint=f"remove it from the variations; {skip}",
            )  # fmt: skip
