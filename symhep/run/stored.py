"""A finished run as it lies in its folder: every result with its words, what failed, what is blind, what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from symhep.card.loader import CardFile, load_card
from symhep.card.schema import RunCard
from symhep.errors import CardError, MethodError, PluginError, StoreError, SymhepError
from symhep.methods.answers import Answer, answers_of
from symhep.methods.interface import Method
from symhep.methods.result import Result
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, build_registry
from symhep.run.folder import RunFolder, check_names
from symhep.run.roles import datasets_of
from symhep.run.stored_control import StoredControl, read_controls
from symhep.run.stored_figure import StoredFigure, read_figures

__all__ = ["StoredResult", "StoredRun", "read_run"]


@dataclass(frozen=True)
class StoredResult:
    """A result of a run.

    Attributes
    ----------
    name, of, region
        'symmetries/with_jet', 'symmetries' and 'with_jet'; ``region`` is None for a method without regions.
    use, features, options
        The method, its feature set, and all its options.
    datasets, reference
        Datasets that it looks at, and those that it is relative to.
    result
        Record, arrays, histograms, variations, statements and tables.
    """

    name: str
    of: str
    region: str | None
    use: str
    features: str
    options: Mapping[str, Any]
    datasets: tuple[str, ...]
    reference: tuple[str, ...]
    events: int | None
    result: Result[Any]
    method: Method[Any]
    figures: tuple[StoredFigure, ...] = ()

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """Key -> answer, see `answers_of`."""
        return answers_of(self.result.record)

    @property
    def title(self) -> str:
        """'symmetries, region with_jet, relative to dy'."""
        parts = [self.of]
        parts += [f"region {self.region}"] if self.region else []
        parts += [f"relative to {' and '.join(self.reference)}"] if self.reference else []
        return ", ".join(parts)


@dataclass(frozen=True)
class StoredRun:
    """A finished run.

    Attributes
    ----------
    results
        By name, in the order of results.json.
    failed, blind, unread
        Name -> why there is no result: the method failed, its data are blind, or it cannot be read here since its
        method is not installed or follows another schema.
    cutflow, provenance
        As in cutflow.json and provenance.json.
    controls
        Control plots by the name of their folder.
    """

    folder: Path
    card: RunCard
    results: dict[str, StoredResult]
    failed: dict[str, str] = field(default_factory=dict)
    blind: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    cutflow: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    controls: dict[str, StoredControl] = field(default_factory=dict)

    @property
    def last(self) -> Mapping[str, Any]:
        """The line of the run that computed the newest result: versions, seed, time."""
        runs: list[Mapping[str, Any]] = self.provenance.get("runs") or [{}]
        known = [line for line in (self.provenance.get("results") or {}).values() if line is not None]
        return runs[max(known, default=len(runs) - 1)]

    @property
    def missing(self) -> list[str]:
        """A sentence for each result that there is none of."""
        told = [f"'{name}' is blinded: {why}" for name, why in self.blind.items()]
        told += [f"'{name}' failed: {why}" for name, why in self.failed.items()]
        return told + [f"'{name}' cannot be read: {why}" for name, why in self.unread.items()]


def read_run(root: str | Path, registry: Registry | None = None) -> StoredRun:
    """The run in the folder ``root``.

    Raises `StoreError` for a folder that is not a run folder, or whose files are damaged; a single result
    that cannot be read is told in ``unread``, and the others are there.
    """
    folder, registry = RunFolder(root), registry or build_registry()
    outcomes = folder.outcomes()
    card = folder.root / "card.yaml"
    if not outcomes or not card.is_file():
        raise StoreError(f"{root} is not a run folder: give the folder that symhep run wrote")
    card_file = _card(folder)
    found = StoredRun(
        folder.root, card_file.card, {}, cutflow=_mapping(folder, "cutflow.json"),
        provenance=_mapping(folder, "provenance.json"), controls=read_controls(folder),
    )  # fmt: skip
    for name, outcome in outcomes.items():
        try:
            check_names("result", name.split("/"))
        except PluginError as error:
            raise StoreError(f"{folder.root / 'results.json'} is damaged or was changed: {error}") from error
        status, why = outcome.get("status"), str(outcome.get("error") or "no reason was recorded")
        if status == "blind":
            found.blind[name] = why
        elif status != "ok":
            found.failed[name] = why
        else:
            try:
                found.results[name] = _result(folder, card_file, registry, name, outcome)
            except SymhepError as error:
                found.unread[name] = str(error)
    return found


def _card(folder: RunFolder) -> CardFile:
    """The card with its defaults; where the one that was run lies here itself, they are in another file."""
    resolved = folder.root / "card.resolved.yaml"
    try:
        return load_card(resolved if resolved.is_file() else folder.root / "card.yaml")
    except CardError as error:
        raise StoreError(f"{folder.root}: the card of the run cannot be read: {error}") from error


def _mapping(folder: RunFolder, name: str) -> dict[str, Any]:
    found = folder.read_json(name)
    if not isinstance(found, dict | None):
        raise StoreError(f"{folder.root / name} is damaged or was changed; remove it and run the card again")
    return found or {}


def _result(
    folder: RunFolder, card_file: CardFile, registry: Registry, name: str, outcome: Mapping[str, Any]
) -> StoredResult:
    header = folder.read_header(name)
    of, _, region = name.partition("/")
    use = str(header.get("use", ""))
    if use not in registry.methods:
        raise StoreError(f"its method '{use}' is not installed here")
    method = registry.method(use)
    with isolated(error=MethodError):
        result = method.worded(folder.read_result(name, method.Record))
    known = of in card_file.card.methods
    datasets, reference = datasets_of(card_file, of) if known else ((), ())
    return StoredResult(
        name, of, region or None, use, str(outcome.get("features", "")), header.get("options") or {},
        tuple(datasets), tuple(reference), header.get("events"), result, method,
        read_figures(folder, name, header.get("figures")),
    )  # fmt: skip
