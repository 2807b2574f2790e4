"""The same questions in several finished runs: data periods, generators, versions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from symhep.errors import CardError
from symhep.plugin.manager import Registry, build_registry
from symhep.report.comparison.record import (
    ComparedRun,
    ComparisonRecord,
    LargestPull,
    LimitRow,
    LoneRow,
    PRow,
    PullRow,
    SharingRow,
)
from symhep.run.pulls import global_p, local_p, pull_of, shifts_of, sigma
from symhep.run.run_differences import differences, sharing
from symhep.run.stored import StoredResult, StoredRun, read_run

__all__ = ["compare", "compare_stored", "labels_of"]


def compare(runs: Sequence[str | Path], registry: Registry | None = None) -> ComparisonRecord:
    """Compare finished runs, each with the first.

    Results are matched by the name of the method and the region, answers by their keys. Numbers have a pull where the
    events of the two runs are not the same, by the hashes of their files.

    Parameters
    ----------
    runs
        Two run folders or more.
    registry
        Plugins to use; by default all that are installed.

    Returns
    -------
    ComparisonRecord
        Every answer side by side: values, pulls, conclusions that changed, and what only one of the runs has.

    Raises
    ------
    CardError
        For fewer than two runs.
    StoreError
        For a folder that is not a run folder.

    Examples
    --------
    >>> compare(["runs/a"])
    Traceback (most recent call last):
    ...
    symhep.errors.StoreError: runs/a is not a run folder: give the folder that symhep run wrote
    """
    registry = registry or build_registry()
    return compare_stored([read_run(folder, registry) for folder in runs])


def compare_stored(runs: Sequence[StoredRun]) -> ComparisonRecord:
    """`compare` of runs that are loaded."""
    if len(runs) < 2:
        raise CardError("compare needs at least two runs", hint="give two or more run folders")
    labels = labels_of(runs)
    shared: list[SharingRow] = []
    pulls: list[PullRow] = []
    hypotheses: list[PRow] = []
    limits: list[LimitRow] = []
    for label, run in list(zip(labels, runs, strict=True))[1:]:
        for name, first in runs[0].results.items():
            if (other := run.results.get(name)) is None:
                continue
            how = sharing(first, runs[0], other, run)
            shared.append(SharingRow(result=name, run=label, sharing=how))
            pulls += _pulls(first, other, label, apart=how != "same")
            hypotheses += _hypotheses(first, other, label)
            limits += _limits(first, other, label)
    pulls.sort(key=lambda row: -abs(row.pull) if row.pull is not None else 1 / (1 + abs(row.shift or 0.0)))
    return ComparisonRecord(
        runs=tuple(_told(run, label) for run, label in zip(runs, labels, strict=True)),
        sharing=tuple(shared), pulls=tuple(pulls), largest=_largest(pulls), hypotheses=tuple(hypotheses),
        limits=tuple(limits), only=tuple(_only(runs, labels)), differences=tuple(differences(runs)),
    )  # fmt: skip


def labels_of(runs: Sequence[StoredRun]) -> list[str]:
    """Names of the folders, with as many of the folders above as tell them apart."""
    parts = [run.folder.resolve().parts for run in runs]
    for depth in range(1, max(map(len, parts)) + 1):
        names = ["/".join(part[-depth:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return [f"{names[0]} ({number})" for number in range(1, len(runs) + 1)]


def _told(run: StoredRun, label: str) -> ComparedRun:
    return ComparedRun(
        label=label, folder=str(run.folder), symhep=str(run.last.get("symhep", "")),
        started=str(run.last.get("started", "")), seed=run.card.run.seed, results=tuple(run.results),
        missing=tuple(run.missing),
    )  # fmt: skip


def _pulls(first: StoredResult, other: StoredResult, label: str, apart: bool) -> Iterator[PullRow]:
    shifts, other_shifts = shifts_of(first.result.variations), shifts_of(other.result.variations)
    for key, answer in first.answers.items():
        found = other.answers.get(key)
        if found is None or answer.number is None or found.number is None:
            continue
        if answer.number.value is None or found.number.value is None:
            continue
        difference = found.number.value - answer.number.value
        error = sigma(answer.number, difference >= 0)
        statistical, total = None, None
        if apart:
            statistical, total = pull_of(
                answer.number, found.number, shifts.get(key, {}), other_shifts.get(key, {})
            )
        yield PullRow(
            result=first.name, key=key, run=label, first=answer.number.plain, value=found.number.plain,
            pull_statistical=statistical, pull=total, shift=None if error is None else difference / error,
        )  # fmt: skip


def _hypotheses(first: StoredResult, other: StoredResult, label: str) -> Iterator[PRow]:
    for key, answer in first.answers.items():
        found = other.answers.get(key)
        if found is not None and answer.number is None and (answer.p or answer.verdict):
            yield PRow(
                result=first.name, key=key, run=label, first_p=answer.p_adjusted or answer.p,
                p=found.p_adjusted or found.p, first_verdict=answer.verdict, verdict=found.verdict,
            )  # fmt: skip


def _limits(first: StoredResult, other: StoredResult, label: str) -> Iterator[LimitRow]:
    for key, answer in first.answers.items():
        found = other.answers.get(key)
        if found is not None and answer.upper_95 is not None and found.upper_95 is not None:
            yield LimitRow(
                result=first.name, key=key, run=label, first=answer.upper_95, first_expected=answer.expected_95,
                limit=found.upper_95, expected=found.expected_95,
            )  # fmt: skip


def _largest(pulls: Sequence[PullRow]) -> LargestPull | None:
    known = [(row, row.pull) for row in pulls if row.pull is not None]
    if not known:
        return None
    row, pull = known[0]
    return LargestPull(
        result=row.result, key=row.key, run=row.run, pull=pull, number=len(known), local_p=local_p(pull),
        global_p=global_p(pull, len(known)),
    )  # fmt: skip


def _only(runs: Sequence[StoredRun], labels: Sequence[str]) -> Iterator[LoneRow]:
    """Results, and answers of results that all have, in some runs alone."""
    for name in dict.fromkeys(name for run in runs for name in run.results):
        having = tuple(label for label, run in zip(labels, runs, strict=True) if name in run.results)
        if len(having) < len(runs):
            yield LoneRow(result=name, key="", runs=having)
            continue
        found = [run.results[name].answers for run in runs]
        for key in dict.fromkeys(key for answers in found for key in answers):
            having = tuple(label for label, answers in zip(labels, found, strict=True) if key in answers)
            if len(having) < len(runs):
                yield LoneRow(result=name, key=key, runs=having)
