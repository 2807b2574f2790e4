"""Sentences, tables, figures and the page again from the stored results of a run folder, without training."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from symhep.card.loader import load_card
from symhep.errors import CardError, MethodError, SymhepError
from symhep.plugin.isolation import isolated
from symhep.plugin.manager import Registry, build_registry
from symhep.report.page import write_report
from symhep.run.attempt import JOINED, SAMPLED, logged
from symhep.run.control import control_names, draw_control
from symhep.run.drawing import draw
from symhep.run.folder import RunFolder
from symhep.run.side_by_side import side_by_side

__all__ = ["redraw", "reword"]


def redraw(
    root: str | Path, registry: Registry | None = None, *, overrides: Iterable[str] = ()
) -> list[Path]:
    """Draw the figures of a run folder again from its stored results, without training.

    ``overrides`` are 'output.key=value' strings, for these figures alone: the folder keeps its card.

    Raises `CardError` for one that does not belong to the output, and `MethodError` if a method fails, when the others
    have drawn theirs.
    """
    overrides = tuple(overrides)
    for override in overrides:
        if not override.startswith("output."):
            raise CardError(f"'{override}': figures depend only on keys of 'output'", where=str(root))
    folder, registry = RunFolder(root), registry or build_registry()
    drawn, failed = [], []
    with folder.locked():
        card = load_card(folder.root / "card.yaml", overrides).card
        for name in control_names(folder):
            figures = folder.root / name / "figures"
            drawn += [figures / item for item in draw_control(name, folder, card.output)]
        for name in folder.result_names():
            use = folder.read_header(name)["use"]
            try:
                with isolated(error=MethodError):
                    method = registry.method(use)
                    drawn += [
                        folder.root / name / "figures" / item
                        for item in draw(method, name, folder, card.output)
                    ]
            except SymhepError as error:
                failed.append(f"the figures of '{name}': {logged(name, error, folder)}")
    if failed:
        raise MethodError("; ".join(failed))
    return drawn


def reword(root: str | Path, registry: Registry | None = None) -> tuple[Path, list[str]]:
    """Word the stored results of a run folder again, without training, and write its report.

    Returns the page, and a line for each result whose method is not installed here: it keeps the words it has.
    Raises `MethodError` if a method fails, when the others are done and the report is written.
    """
    folder, registry = RunFolder(root), registry or build_registry()
    failed, kept = [], []
    with folder.locked():
        outcomes = folder.outcomes()
        for name in folder.result_names():
            use = folder.read_header(name)["use"]
            if use not in registry.methods:
                kept.append(f"'{name}' keeps its text: its method '{use}' is not installed")
                continue
            try:
                with isolated(error=MethodError):
                    method = registry.method(use)
                    result = method.worded(folder.read_result(name, method.Record))
            except SymhepError as error:
                failed.append(f"the text of '{name}': {logged(name, error, folder)}")
                continue
            folder.write_words(name, result)
            pooled = [s for s in outcomes[name]["statements"] if s["text"].startswith((JOINED, SAMPLED))]
            outcomes[name]["statements"] = [*map(vars, result.statements), *pooled]
            outcomes[name]["verdicts"] = [verdict.to_json() for verdict in result.verdicts]
        if outcomes:
            # A method that is not installed here keeps its table, as it keeps its words.
            stored = (folder.read_json("results.json") or {}).get("regions") or {}
            tables = stored | side_by_side(folder, outcomes, registry)
            folder.write_json("results.json", {"methods": outcomes, "regions": tables})
        page = write_report(folder.root)
    if failed:
        raise MethodError("; ".join(failed))
    return page, kept
