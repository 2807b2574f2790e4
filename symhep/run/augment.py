"""Events transformed by a symmetry that a run found: the originals, and copies that are as likely."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep import __version__
from symhep.card.loader import load_card
from symhep.card.schema import RunCard
from symhep.errors import CardError, MethodError, StoreError, as_card_error, nearest
from symhep.events.assemble import assemble
from symhep.events.dataset import Dataset
from symhep.events.table import FeatureTable
from symhep.events.vectors import MOMENTUM
from symhep.lie.sampling.compact import Draw
from symhep.lie.sampling.group import group_draw
from symhep.methods.context import Progress, SilentProgress, seed_sequence
from symhep.methods.symmetry import Symmetry
from symhep.plugin.manager import Registry, build_registry
from symhep.readers.writing import format_of, written
from symhep.run.folder import RunFolder
from symhep.run.plan import make_plan
from symhep.run.planned import Plan
from symhep.run.reading import read_dataset
from symhep.run.workers import open_workers
from symhep.torchkit.threads import one_thread_per_operation

__all__ = ["Augmented", "augment"]

FloatArray = npt.NDArray[np.float64]
Columns = dict[str, npt.NDArray[Any]]

#: Rows in memory at a time; the random numbers depend on it.
CHUNK_ROWS = 100_000
#: Columns that every file has.
EVENT_COLUMNS = {"weight": "f8", "dataset": "i4", "source_file": "i4", "source_event": "i8", "copy": "i4"}


@dataclass(frozen=True)
class Augmented:
    """What `augment` wrote: ``rows`` are ``events`` times copies plus one.

    ``how`` says what acted, and how it was drawn; ``notes`` are sentences to read before using the file.
    """

    path: Path
    events: int
    rows: int
    how: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Sample:
    """The events of a card's method, and where each comes from."""

    data: Dataset
    source: npt.NDArray[np.int64]  # (N, 2)
    pdg_ids: npt.NDArray[np.int64] | None  # (datasets, P)


@one_thread_per_operation()
def augment(
    card: str | Path | Mapping[str, Any],
    run: str | Path,
    out: str | Path,
    *,
    method: str | None = None,
    copies: int = 1,
    seed: int | None = None,
    generators: Sequence[str] | None = None,
    components: Sequence[str] | None = None,
    boosts: float | None = None,
    translations: float | None = None,
    progress: Progress | None = None,
    registry: Registry | None = None,
) -> Augmented:
    """Write the events of ``card`` and ``copies`` images of each, by random elements of the group found in ``run``.

    Parameters
    ----------
    card, run
        Whose events, and the folder of a finished run that found the symmetry. The card has a method of that name:
        its features and datasets are what is written.
    out
        File to write, .root or .parquet.
    method
        Which method's symmetry to use; needed where several methods of the run offer one.
    seed
        Of the random elements; that of the card by default.
    generators, components
        Names of those to use; all by default.
    boosts, translations
        Bounds for what cannot be drawn evenly, see `symhep.lie.sampling.bounded`.

    Every weight is divided by copies + 1, so that sums stay what they are. The copies of an event are not independent
    of it: the variance of a sum is that of the sums per event.

    Raises `CardError`, `StoreError`, `InputError`, `MethodError`.
    """
    target, folder = Path(out), RunFolder(run)
    format_of(target)
    registry = registry or build_registry()
    name, symmetry = _symmetry_of(folder, method, registry)
    symmetry = symmetry.only(generators, components)
    with as_card_error():
        draw = group_draw(symmetry.generators, symmetry.elements, boosts=boosts, translations=translations)
    plan = _planned(card, name, registry)
    progress = progress or SilentProgress()
    sample = _read(plan, name, progress)
    _check(sample.data, symmetry, folder, name)
    seed = plan.card.run.seed if seed is None else seed
    rng = np.random.default_rng(seed_sequence(seed, "augment", 0))
    feature = plan.card.features[plan.methods[name].features]
    about = {
        "symhep": __version__, "run": str(Path(run).absolute()), "method": name, "copies": copies, "seed": seed,
        "generators": list(symmetry.labels), "components": list(symmetry.names), "drawn": draw.how,
        "datasets": {d: [s.path for s in plan.sources[d]] for d in plan.methods[name].datasets},
    }  # fmt: skip
    chunks = _chunks(sample, symmetry, draw, copies, rng, feature.object, feature.vars)
    first = next(chunks)
    kinds = {key: np.dtype((values.dtype, values.shape[1:])) for key, values in first.items()}
    bar = progress.task(f"writing {target.name}", len(sample.data))
    with written(target, kinds, json.dumps(about)) as write, bar as tick:
        for chunk in chain([first], chunks):
            write(chunk)
            tick(len(chunk["copy"]) // (copies + 1))
    named = ", ".join((*symmetry.labels, *symmetry.names))
    return Augmented(
        target, len(sample.data), len(sample.data) * (copies + 1), f"{named}: {draw.how}",
        tuple(_differences(plan.card, folder, name)),
    )  # fmt: skip


def _planned(card: str | Path | Mapping[str, Any], name: str, registry: Registry) -> Plan:
    """The plan of the card's method of this name. Raises `CardError` if it has none."""
    card_file = load_card(card)
    if name not in card_file.card.methods:
        raise CardError(
            f"the card has no method '{name}', which defines the features the symmetry acts on",
            where=card_file.path,
            hint=nearest(name, card_file.card.methods),
        )
    return make_plan(card_file, registry, [name])


def _symmetry_of(folder: RunFolder, method: str | None, registry: Registry) -> tuple[str, Symmetry]:
    """The method's name and the symmetry that it offers. Raises `StoreError` or `CardError`."""
    names = folder.result_names()
    if not names:
        raise StoreError(f"{folder.root} contains no finished result; run symhep run first")
    if method is not None and method not in names:
        raise CardError(f"the run has no result '{method}'", where="--method", hint=nearest(method, names))
    wanted = names if method is None else [method]
    records = {name: registry.method(folder.read_header(name)["use"]).Record for name in wanted}
    found = {name: Symmetry.of(folder.read_result(name, record)) for name, record in records.items()}
    offered = {name: s for name, s in found.items() if s is not None}
    if not offered:
        raise StoreError(
            f"{' and '.join(wanted)} in {folder.root} has no symmetry for augmentation: run a method whose "
            f"result has a field 'symmetry' (see symhep schema METHOD)"
        )
    if len(offered) > 1:
        raise CardError(
            "several methods of the run have a symmetry", hint=f"choose --method {' or '.join(offered)}"
        )
    name, symmetry = next(iter(offered.items()))
    if not len(symmetry.labels) and not len(symmetry.names):
        raise MethodError(f"'{name}' found no symmetry, so the events cannot be transformed")
    return name, symmetry


def _read(plan: Plan, name: str, progress: Progress) -> _Sample:
    """The events that the method of the card would get."""
    planned = plan.methods[name]
    tables: dict[str, FeatureTable] = {}
    with tempfile.TemporaryDirectory(prefix="symhep") as scratch, open_workers("1") as pool:
        for dataset in planned.datasets:
            found, wanted = plan.sources[dataset], plan.agreements[dataset].nominal
            read = read_dataset(dataset, plan.tables, found, wanted, {}, RunFolder(scratch), progress, pool)
            tables[dataset] = read.table(planned.table)
    data = assemble(plan.tables, planned.table, tables, plan.units, called=planned.features)
    if not len(data):
        raise MethodError(f"no event of the card passes all requirements of '{planned.features}'")
    ids = [t.pdg_ids for t in tables.values() if len(t)]
    known = data.momenta is not None and all(len(i) and None not in i for i in ids)
    numbers = np.array([t.pdg_ids or (0,) * len(ids[0]) for t in tables.values()]) if known else None
    return _Sample(data, np.concatenate([t.source for t in tables.values()]), numbers)


def _check(data: Dataset, symmetry: Symmetry, folder: RunFolder, name: str) -> None:
    """Raise `CardError` for events on which the symmetry does not act."""
    if data.needs - {"spectators"}:
        raise CardError(
            f"'{data.name}' has a variable number of objects, or objects with missing components; "
            f"transformed events need a fixed number of four-momenta",
            hint="give the method objects with a fixed number per event, as in take: 2",
        )
    if symmetry.acts_on == "momenta":
        there = 0 if data.momenta is None else data.momenta.shape[1]
        if there != symmetry.vectors:
            raise CardError(
                f"the symmetry acts on {symmetry.vectors} four-momenta, and '{data.name}' of the card has "
                f"{there}",
                hint="use the card of the run",
            )
        return
    columns = [c["name"] for c in folder.read_json(f"{name}/result.json")["columns"]]
    own = [c.name for c in data.columns]
    if columns != own or len(own) != symmetry.vectors * len(symmetry.components):
        raise CardError(
            f"the symmetry acts on the features {', '.join(columns)}; '{data.name}' of the card has "
            f"{', '.join(own)}",
            hint="use the card of the run",
        )


def _differences(card: RunCard, folder: RunFolder, name: str) -> Iterator[str]:
    """What the card selects in another way than the run did: its density may have another symmetry."""
    path = folder.root / "card.yaml"
    if not path.is_file():
        return
    theirs = load_card(path).card
    if name not in theirs.methods:
        return
    for key in ("objects", "selections"):
        if getattr(card, key) != getattr(theirs, key):
            yield f"The {key} of the card differ from those of the run, for which the symmetry was found."
    if card.features[card.methods[name].features] != theirs.features[theirs.methods[name].features]:
        yield "The features of the card differ from those of the run, for which the symmetry was found."


def _chunks(
    sample: _Sample,
    symmetry: Symmetry,
    draw: Draw,
    copies: int,
    rng: np.random.Generator,
    prefix: str | None,
    variables: Sequence[str],
) -> Iterator[Columns]:
    """Columns of some events with all of their copies, event by event, the original first."""
    data = sample.data
    x = data.momenta if symmetry.acts_on == "momenta" else data.values
    assert x is not None
    x = x.reshape(len(x), symmetry.vectors, -1)
    step = max(1, CHUNK_ROWS // (copies + 1))
    for start in range(0, len(x), step):
        rows = np.repeat(np.arange(start, min(start + step, len(x))), copies + 1)
        copy = np.arange(len(rows)) % (copies + 1)
        events = x[rows]
        moved = copy > 0
        events[moved] = symmetry.act(draw.draw(int(moved.sum()), rng), events[moved])
        columns: Columns = {
            "weight": data.weights[rows] / (copies + 1),
            "dataset": data.labels[rows],
            "source_file": sample.source[rows, 0],
            "source_event": sample.source[rows, 1],
            "copy": copy,
        }
        columns = {name: values.astype(EVENT_COLUMNS[name]) for name, values in columns.items()}
        if symmetry.acts_on == "momenta":
            columns |= {f"{prefix}_{c}": events[:, :, i] for i, c in enumerate(MOMENTUM)}
            if sample.pdg_ids is not None:
                columns[f"{prefix}_pdgId"] = sample.pdg_ids[data.labels[rows]].astype(np.int32)
        else:
            columns |= _feature_columns(events.reshape(len(events), -1), prefix, variables, set(columns))
        yield columns


def _feature_columns(
    values: FloatArray, prefix: str | None, variables: Sequence[str], taken: set[str]
) -> Columns:
    """One column per variable: (n, P) of an object's, else (n,)."""
    split = values.reshape(len(values), -1, len(variables))
    columns: Columns = {}
    for i, variable in enumerate(variables):
        name = re.sub(r"\W+", "_", variable).strip("_") or "x"
        name = f"{prefix}_{name}" if prefix else name
        while name in taken or name in columns:
            name += "_"
        columns[name] = split[:, :, i] if prefix else split[:, 0, i]
    return columns
