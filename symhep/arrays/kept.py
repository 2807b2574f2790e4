"""A result as the folder that a run leaves, with its figures and its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from symhep.card.schema import OutputCard
from symhep.report.page import write_report
from symhep.run.drawing import draw_if_needed
from symhep.run.folder import RunFolder
from symhep.run.provenance import record_run

if TYPE_CHECKING:
    from symhep.arrays.analysis import Analysis

__all__ = ["keep"]


def keep(result: Analysis, root: Path, output: OutputCard) -> Path:
    """Write the result, its figures and its page into the folder ``root``; the path of the page.

    There is no card: arrays come from no file, so that `symhep run` could not compute it again.
    """
    folder, header, name = RunFolder(root), dict(result.header), result.method.name
    if folder.remembered(f"{name}/result.json").get("key") != header["key"]:
        folder.write_result(name, result, header | {"figures": None})
    draw_if_needed(result.method, name, folder, output)
    entry = {
        "use": name,
        "features": header["dataset"],
        "options": header["options"],
        "references": [vars(reference) for reference in result.method.references],
        "of": header["key"],
        "status": "ok",
        "summary": result.summary,
        "statements": [vars(s) for s in result.statements],
        "verdicts": [v.to_json() for v in result.verdicts],
        "error": None,
        "duration_s": header["duration_s"],
    }
    file = {"file": "arrays in memory", "format": "arrays"} | header["weights"]
    account = {"files": [file], "events_read": header["events"], "losses": [], "selections": {}, "notes": []}
    folder.write_json("cutflow.json", {"datasets": {header["dataset"]: account}})
    folder.write_json("results.json", {"methods": {name: entry}})
    line = {
        "started": header["computed"], "duration_s": header["duration_s"], "seed": header["seed"],
        "device": header["device"], "git": None,
    }  # fmt: skip
    record_run(folder, line, [], [name], [name])
    return write_report(root)
