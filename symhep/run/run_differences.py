"""What two runs do not have in common beside their numbers: card, options, inputs, versions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from symhep.report.comparison.record import DifferenceRow, Sharing
from symhep.run.stored import StoredResult, StoredRun

__all__ = ["differences", "sharing"]

_NOTHING = "–"
#: Keys of the card that say nothing of the numbers.
_NOT_TOLD = ("output", "datasets")


def differences(runs: Sequence[StoredRun]) -> Iterator[DifferenceRow]:
    """All that differs, input files by their hashes."""
    yield from _rows("version", [_versions(run) for run in runs])
    yield from _rows("input", [_inputs(run) for run in runs])
    yield from _rows("card", [dict(_flat(_card(run), "")) for run in runs])
    options = [
        {f"{name}: {key}": text for name, r in run.results.items() for key, text in _flat(r.options, "")}
        for run in runs
    ]
    # What the card says differently is told there; this is what a method has other defaults for.
    told = {row.key for row in _rows("card", [dict(_flat(_card(run), "")) for run in runs])}
    for row in _rows("option", options):
        name, _, key = row.key.partition(": ")
        if f"methods.{name.partition('/')[0]}.options.{key}" not in told and _NOTHING not in row.values:
            yield row


def _rows(kind: Any, sides: Sequence[Mapping[str, str]]) -> Iterator[DifferenceRow]:
    for key in dict.fromkeys(key for side in sides for key in side):
        values = tuple(side.get(key, _NOTHING) for side in sides)
        if len(set(values)) > 1:
            yield DifferenceRow(kind=kind, key=key, values=values)


def _versions(run: StoredRun) -> dict[str, str]:
    line = run.last
    found = {"symhep": str(line.get("symhep", _NOTHING)), "python": str(line.get("python", _NOTHING))}
    found |= {name: str(version) for name, version in (line.get("packages") or {}).items()}
    git = line.get("git")
    found["git"] = f"{git['commit'][:12]}{' (changed)' if git.get('dirty') else ''}" if git else _NOTHING
    return found | {"device": str(line.get("device", _NOTHING))}


def _inputs(run: StoredRun) -> dict[str, str]:
    """Files of each dataset, by name and the beginning of their hash."""
    found = {}
    for name in run.card.datasets:
        files = sorted(
            f"{Path(path).name} ({mark[:8]})"
            for path, mark in _files(run, name).items()
            if not mark.startswith(path)
        )
        found[f"files of {name}"] = ", ".join(files[:6]) + (
            f" and {len(files) - 6} more" if len(files) > 6 else ""
        )
    return found


def _card(run: StoredRun) -> dict[str, Any]:
    """The card, its file names left out: they are inputs."""
    card = run.card.model_dump(mode="json")
    datasets = {name: {k: v for k, v in d.items() if k != "files"} for name, d in card["datasets"].items()}
    return {key: value for key, value in card.items() if key not in _NOT_TOLD} | {"datasets": datasets}


def _flat(content: Any, path: str) -> Iterator[tuple[str, str]]:
    """Dotted keys and values; lists are one value."""
    if isinstance(content, Mapping) and content:
        for key, value in content.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, content if isinstance(content, str) else json.dumps(content)


def sharing(result: StoredResult, run: StoredRun, other: StoredResult, other_run: StoredRun) -> Sharing:
    """How the events of one result in two runs are related: by the hashes of the files of its datasets."""
    own, reference = (_events(run, names) for names in (result.datasets, result.reference))
    other_own, other_reference = (_events(other_run, names) for names in (other.datasets, other.reference))
    if own & (other_own | other_reference) or reference & other_own:
        return "same"
    return "reference" if reference & other_reference else "apart"


def _events(run: StoredRun, names: Sequence[str]) -> set[str]:
    """Marks of what the events of some datasets come from."""
    return {mark for name in names for mark in _files(run, name).values()}


def _files(run: StoredRun, name: str) -> dict[str, str]:
    """Path -> sha256 of the files of a dataset that were read; where there is no hash, as of a toy, all that the card
    says of the dataset.
    """
    hashes = {str(f.get("file")): f.get("sha256") for f in run.provenance.get("files") or ()}
    told = ((run.cutflow.get("datasets") or {}).get(name) or {}).get("files") or ()
    paths = [str(f.get("file") or "") for f in told]
    dataset = run.card.datasets.get(name)
    said = (
        "" if dataset is None else json.dumps([dataset.format, dataset.options], sort_keys=True, default=str)
    )
    return {path: str(hashes.get(path) or f"{path} {said}") for path in paths}
