"""`symhep export --json`: one file with every answer of a run, for programs of others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from symhep.methods.answers import Answer
from symhep.methods.record import jsonable
from symhep.methods.schema_version import SCHEMA_VERSION
from symhep.run.export.exported import Exported
from symhep.run.export.place import require_new, write_text
from symhep.run.stored import StoredResult, StoredRun
from symhep.run.stored_control import StoredControl

__all__ = ["DOCUMENT_VERSION", "export_json", "run_document"]

#: Version of the keys of the file; that of the numbers inside is ``records``.
DOCUMENT_VERSION = 1
#: Of a line of provenance.json what concerns others: not who ran it, and on which machine.
_PUBLIC = ("started", "symhep", "python", "packages", "seed", "device", "git", "unblinded", "blind")


def export_json(run: StoredRun, path: Path, *, force: bool = False) -> Exported:
    """Write `run_document` to a file. Raises `StoreError` for one that exists, unless ``force``."""
    require_new(path, force)
    write_text(path, json.dumps(jsonable(run_document(run)), indent=1, allow_nan=False) + "\n")
    answers = sum(len(result.answers) for result in run.results.values())
    return Exported(path, f"{answers} answers of {len(run.results)} results", tuple(run.missing))


def run_document(run: StoredRun) -> dict[str, Any]:
    """A run as one JSON document; its keys are in docs/howto/publish.md.

    Input files are known by their names and hashes: folders, users and machines are left out.
    """
    card = run.card.model_dump(mode="json")
    for dataset in card["datasets"].values():
        dataset["files"] = [_base(file) for file in dataset["files"]]
    return {
        "symhep_export": DOCUMENT_VERSION,
        "records": SCHEMA_VERSION,
        "results": {name: _result(result) for name, result in run.results.items()},
        "controls": {name: _controls(control) for name, control in run.controls.items()},
        "failed": run.failed,
        "blind": run.blind,
        "unread": run.unread,
        "cutflow": {name: _account(told) for name, told in (run.cutflow.get("datasets") or {}).items()},
        "provenance": {key: run.last[key] for key in _PUBLIC if key in run.last}
        | {
            "files": [
                {**file, "file": _base(str(file.get("file", "")))}
                for file in run.provenance.get("files") or ()
            ]
        },
        "card": card,
    }


def _result(found: StoredResult) -> dict[str, Any]:
    import uhi.io.json

    histograms = json.dumps(dict(found.method.histograms(found.result)), default=uhi.io.json.default)
    return {
        "method": found.use,
        "of": found.of,
        "region": found.region,
        "features": found.features,
        "datasets": found.datasets,
        "reference": found.reference,
        "options": found.options,
        "events": found.events,
        "answers": {key: _answer(answer) for key, answer in found.answers.items()},
        "variations": None if found.result.variations is None else found.result.variations.to_json(),
        "summary": found.result.summary,
        "statements": [vars(statement) for statement in found.result.statements],
        "verdicts": [verdict.to_json() for verdict in found.result.verdicts],
        "tables": {name: table.to_json() for name, table in found.result.tables.items()},
        "histograms": json.loads(histograms),
        "figures": {figure.name: figure.caption for figure in found.figures},
    }


def _controls(control: StoredControl) -> dict[str, Any]:
    """Control plots, histograms over (dataset, alternative, value)."""
    import uhi.io.json

    return {
        "features": control.features, "region": control.region, **control.shown.to_json(),
        "histograms": json.loads(json.dumps(control.histograms, default=uhi.io.json.default)),
    }  # fmt: skip


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "about": answer.about,
        "quantity": answer.quantity,
        "number": None if answer.number is None else answer.number.to_json(),
        "p": None if answer.p is None else answer.p.to_json(),
        "p_adjusted": None if answer.p_adjusted is None else answer.p_adjusted.to_json(),
        "verdict": answer.verdict,
        "upper_95": answer.upper_95,
        "expected_95": answer.expected_95,
    }


def _account(told: Mapping[str, Any]) -> dict[str, Any]:
    """Of a dataset, without what names places on a disk."""
    return {key: value for key, value in told.items() if key not in ("files", "file_notes", "losses")} | {
        "lost": [
            {key: value for key, value in loss.items() if key != "file"} for loss in told.get("losses") or ()
        ]
    }


def _base(file: str) -> str:
    """'run.root' of '/data/run.root'; the address of a file elsewhere stays."""
    return file if "://" in file else Path(file).name
