"""One line from an array to a result: what a run card does, for events in memory."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import ValidationError

from symhep.arrays.analysis import Analysis
from symhep.arrays.dataset import dataset_of
from symhep.arrays.kept import keep
from symhep.card.problems import validation_error
from symhep.card.schema import OutputCard, StyleName
from symhep.errors import CardError, MethodError, nearest
from symhep.events.dataset import Dataset, Scaling
from symhep.events.kinds import MOMENTUM, VectorKind
from symhep.methods.context import Progress, SilentProgress
from symhep.methods.interface import Method, Options
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, registry_in
from symhep.run.fitting import Fit
from symhep.run.folder import RunFolder
from symhep.run.planned import PlannedMethod
from symhep.run.progress import TerminalProgress
from symhep.run.workers import open_workers

__all__ = ["analyse"]

#: Keywords of `dataset_of`; a `Dataset` has all that they say.
_DESCRIBING = (
    "weights",
    "units",
    "names",
    "kinds",
    "mask",
    "sets",
    "tags",
    "spectators",
    "labels",
    "unit",
    "vars",
)


def analyse(
    x: Any,
    method: str = "moments",
    *,
    weights: Any = None,
    units: str | Sequence[str] | None = None,
    names: Sequence[str | int] | None = None,
    kinds: VectorKind | Mapping[str, VectorKind] | None = None,
    mask: Any = None,
    sets: Collection[str] | bool | None = None,
    tags: Sequence[str] | Mapping[str, Any] | None = None,
    spectators: Any = None,
    labels: Any = None,
    unit: Any = None,
    reference: str | Sequence[str] | None = None,
    vars: Sequence[str] | None = None,
    scaling: Scaling | Literal["auto"] = "auto",
    name: str = "events",
    seed: int = 20260101,
    device: str = "auto",
    workers: int | str = 1,
    folder: str | Path | None = None,
    style: StyleName = "mplhep",
    progress: bool | Progress = False,
    registry: Registry | None = None,
    options: Mapping[str, Any] | None = None,
    **more: Any,
) -> Analysis:
    """Run a method on events in memory; `symhep.moments(x, ...)` is ``analyse(x, "moments", ...)``, and so for others.

    The numbers are those that a card with the same events, features, options and seed gives, to the last digit.

    Parameters
    ----------
    x, weights, units, names, kinds, mask, sets, tags, spectators, labels, unit, vars, name
        The events, as in `symhep.dataset_of`; or a `symhep.Dataset`, which has the rest.
    reference
        One of the samples of ``labels``, or several: the others are looked at relative to it, as ``reference:`` of a
        card's method.
    method
        A registered method, as ``use:`` of a card.
    scaling
        standard, isotropic or none; auto: what suits the method (a `Dataset` keeps its own).
    seed, device, workers
        As in a card and on the command line: 'auto', 'cpu', 'cuda'; a number of processes, or 'dask:ADDRESS'. The
        result does not depend on ``workers``.
    folder
        Keep results, figures and report there, as a run does, and take finished work from there. By default nothing is
        written.
    style
        Of figures, as in a card.
    progress
        Bars on a terminal.
    registry
        Plugins to use; by default all that are installed.
    options, **more
        Options of the method, as in a card: ``symhep methods NAME`` lists them.

    Returns
    -------
    Analysis
        A `Result` that draws itself, with the numbers that a card would give.

    Raises
    ------
    CardError, InputError, PluginError, DeviceError
        If the arguments or the events are not understood.
    MethodError
        If the method fails.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.random.default_rng(1).normal(size=(500, 3))
    >>> result = analyse(x, "oracle", oracle="l2")
    >>> result.record.algebra.name, result.generators.names
    ('so(3)', ('J_12', 'J_13', 'J_23'))
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise CardError(f"seed={seed!r} is not a non-negative integer")
    if str(workers).lstrip("-").isdecimal() and int(workers) < 1:
        raise CardError(
            f"workers={workers!r} is not a number of processes", hint="give 1 or more, or 'dask:ADDRESS'"
        )
    plugins = registry or registry_in(None)
    found = plugins.method(method)
    chosen = _options(found, {**(options or {}), **more}, plugins)
    scale = found.scaling if scaling == "auto" else scaling
    given = {
        "weights": weights, "units": units, "names": names, "kinds": kinds, "mask": mask, "sets": sets, "tags": tags,
        "spectators": spectators, "labels": labels, "unit": unit, "vars": vars,
    }  # fmt: skip
    if isinstance(x, Dataset):
        _require_nothing(given)
        data = x if scaling == "auto" else x.rescaled(scaling)
    else:
        given["vars"] = MOMENTUM if vars is None else vars
        data = dataset_of(x, **given, scaling=scale, name=name)
    data = _beside(data, (reference,) if isinstance(reference, str) else tuple(reference or ()))
    if not len(data):
        raise MethodError(f"'{data.name}' has no events")
    found.require_takes(data.needs, data.name)
    from symhep.torchkit.device import resolve_device  # torch takes a second to load

    planned = PlannedMethod(
        found.name, found, chosen, data.name, data.label_names, reference=tuple(sorted(data.reference))
    )
    shown = TerminalProgress() if progress is True else progress or SilentProgress()
    place = resolve_device(device)
    with _room(folder) as room, open_workers(str(workers)) as pool:
        with isolated(f"method '{found.name}' failed", MethodError):
            fit = Fit(planned, data, room, seed, place, shown, pool, plugins)
            result, _ = fit.run()
        header = {k: v for k, v in room.read_header(found.name).items() if k not in _WORDS}
        header |= {"dataset": data.name, "seed": seed, "device": place, "weights": _weights(data)}
        analysis: Analysis = Analysis(
            result.record, result.arrays, result.histograms, _checkpoint(room.root / found.name),
            statements=result.statements, tables=result.tables, variations=result.variations,
            verdicts=result.verdicts, method=found, header=header, style=style,
        )  # fmt: skip
        if folder is not None:
            keep(analysis, room.root, OutputCard(style=style))
    return analysis


#: Of result.json, what a result holds itself.
_WORDS = ("schema", "summary", "statements", "verdicts", "tables", "figures", "drawing")


def _options(method: Method[Any, Any, Any], values: Mapping[str, Any], registry: Registry) -> Options:
    """The options as a card's are checked, relative to the folder in which Python runs."""
    context = {"folder": Path.cwd(), "registry": registry}
    where = f"options of {method.name}"
    with isolated(f"the {where} cannot be checked"):
        try:
            return method.Options.model_validate(dict(values), context=context)
        except ValidationError as error:
            told = validation_error(error, method.Options, where, {})
            raise _with_keywords(told, values, method) from error


def _with_keywords(error: CardError, values: Mapping[str, Any], method: Method[Any, Any, Any]) -> CardError:
    """A misspelt keyword of `analyse` looks like an unknown option."""
    known = {*method.Options.model_fields, *inspect.signature(analyse).parameters}
    for key in values:
        if error.message == f"unknown key '{key}'":
            return CardError(
                f"'{key}' is not a keyword or an option of {method.name}", hint=nearest(key, known)
            )
    return error


def _beside(data: Dataset, reference: tuple[str, ...]) -> Dataset:
    """``data`` with these samples as the reference of the others. Raises `CardError`."""
    for name in reference:
        if name not in data.label_names:
            raise CardError(
                f"the reference '{name}' is not a sample of '{data.name}'",
                hint=nearest(name, data.label_names),
            )
    if reference and not set(data.label_names) - set(reference):
        raise CardError(f"'{data.name}' has no sample to compare with the reference", hint="give labels")
    return replace(data, reference=frozenset(reference)) if reference else data


def _require_nothing(given: Mapping[str, Any]) -> None:
    for keyword, value in given.items():
        if value is not None:
            raise CardError(f"{keyword}: a Dataset already contains it", hint="give it to dataset_of")


@contextmanager
def _room(folder: str | Path | None) -> Iterator[RunFolder]:
    """Where parts and results are stored: as of a run, or for as long as it takes."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="symhep") as scratch:
            yield RunFolder(scratch)
        return
    kept = RunFolder(folder)
    with kept.locked():
        yield kept


def _weights(data: Dataset) -> dict[str, Any]:
    """As the report lists them for a file."""
    w = data.weights
    return {
        "events": len(data), "sum_of_weights": float(w.sum()), "sum_of_weights2": float((w**2).sum()),
        "negative_fraction": float(np.mean(w < 0)),
    }  # fmt: skip


def _checkpoint(place: Path) -> dict[str, dict[str, np.ndarray[Any, Any]]]:
    """Trained parameters, which a result that is read again has left out."""
    from safetensors.numpy import load_file

    return {path.stem: load_file(path) for path in sorted(place.glob("checkpoint/*.safetensors"))}
