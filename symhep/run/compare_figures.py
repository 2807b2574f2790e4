"""Figures of a comparison: numbers with intervals, p-values, and control spectra of several runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from symhep.methods.answers import Answer
from symhep.methods.interface import NamedFigure
from symhep.methods.number import Number
from symhep.plotting.systematics import in_words
from symhep.run.export.keys import fields_and_rows
from symhep.run.export.place import slug
from symhep.run.export.spectra import Spectrum, plain_axis, spectra_of
from symhep.run.stored import StoredResult, StoredRun

if TYPE_CHECKING:
    import hist

__all__ = ["compare_figures"]

#: Rows of a figure, figures of numbers of a result, and panels of its spectra, at most.
_ROWS, _FIGURES, _PANELS = 24, 4, 9


def compare_figures(runs: Sequence[StoredRun], labels: Sequence[str]) -> Iterator[NamedFigure]:
    """Of each result that two runs have at least: its numbers, its p-values, its features; then the control plots."""
    for name in dict.fromkeys(name for run in runs for name in run.results):
        found = [run.results.get(name) for run in runs]
        if sum(result is not None for result in found) > 1:
            yield from _numbers(name, found, labels)
            yield from _p_values(name, found, labels)
            yield from _spectra(name, found, labels)
    yield from _controls(runs, labels)


def _numbers(name: str, found: Sequence[StoredResult | None], labels: Sequence[str]) -> Iterator[NamedFigure]:
    from symhep.plotting.beside import IntervalRow, intervals

    groups: dict[tuple[str, str], dict[str, list[Answer | None]]] = {}
    for key in _keys(found, lambda answer: answer.number is not None):
        answers = [None if result is None else result.answers.get(key) for result in found]
        fields, rows = fields_and_rows(key)
        unit = next((a.number.unit for a in answers if a is not None and a.number is not None), "")
        about = next((a.about for a in answers if a is not None and a.about), "")
        row = about if about and all(r.isdigit() for r in rows) else ", ".join(_beside(found, key, rows))
        groups.setdefault((".".join(fields), unit), {})[row or in_words(key)] = answers
    # Lists of many rows say more than single numbers.
    for (fields_text, unit), rows_of in sorted(groups.items(), key=lambda item: -len(item[1]))[:_FIGURES]:
        quantity = _quantity(fields_text)
        drawn = [
            IntervalRow(
                row,
                tuple(_number(a, unit) for a in answers),
                tuple(_limit(a, r) for a, r in zip(answers, found, strict=True)),
            )
            for row, answers in list(rows_of.items())[:_ROWS]
        ]
        axis = quantity[:1].upper() + quantity[1:]
        figure = intervals(drawn, labels, f"{axis} [{unit}]" if unit else axis)
        yield NamedFigure(
            slug(f"{name} {fields_text} {unit}"), figure,
            f"{name}: {quantity}, with confidence intervals; triangles: upper limits at 95 % CL."
            + (f" The first {_ROWS} of {len(rows_of)}." if len(rows_of) > _ROWS else ""),
        )  # fmt: skip


def _quantity(fields: str) -> str:
    """What the axis shows: the last field first.

    >>> _quantity("kl.kept.excess"), _quantity("scale"), _quantity("discrete.learned_asymmetry")
    ('excess (KL, kept)', 'scale', 'learned asymmetry (discrete)')
    """
    *above, last = (re.sub(r"\bkl\b", "KL", field.replace("_", " ")) for field in fields.split("."))
    return f"{last} ({', '.join(above)})" if above else last


def _beside(found: Sequence[StoredResult | None], key: str, rows: Sequence[str]) -> Sequence[str]:
    """Names of rows; of a list without any, those of a list of texts as long, in the record above it."""
    if len(rows) != 1 or not rows[0].isdigit():
        return rows
    for result in found:
        place: Any = None if result is None else result.result.summary
        parts = key.partition("[")[0].split(".")
        for part in parts:
            if not isinstance(place, dict):
                break
            own = _at(place, parts[parts.index(part) :])
            for names in place.values():
                texts = isinstance(names, list) and all(isinstance(name, str) for name in names)
                if texts and isinstance(own, list) and len(names) == len(own) > int(rows[0]):
                    return (names[int(rows[0])],)
            place = place.get(part)
    return rows


def _at(place: Any, parts: Sequence[str]) -> Any:
    for part in parts:
        place = place.get(part) if isinstance(place, dict) else None
    return place


def _number(answer: Answer | None, unit: str) -> Number | None:
    number = None if answer is None else answer.number
    return number if number is not None and number.unit == unit else None


def _limit(answer: Answer | None, result: StoredResult | None) -> float | None:
    """Of the number, or of the row whose size it is."""
    if answer is None or result is None:
        return None
    if answer.upper_95 is not None or answer.quantity != "size":
        return answer.upper_95
    row = result.answers.get(answer.key.removesuffix(".size"))
    return None if row is None else row.upper_95


def _p_values(
    name: str, found: Sequence[StoredResult | None], labels: Sequence[str]
) -> Iterator[NamedFigure]:
    from symhep.plotting.beside import PValueRow, p_values

    rows = []
    keys = _keys(found, lambda answer: answer.p is not None and answer.verdict in ("violated", "compatible"))
    for key in keys:
        answers = [None if result is None else result.answers.get(key) for result in found]
        logs = tuple(None if a is None or (p := a.p_adjusted or a.p) is None else p.log10_p for a in answers)
        verdicts = {a.verdict for a in answers if a is not None}
        rows.append(PValueRow(in_words(key), logs, len(verdicts) > 1))
    # What changed is shown, however many hypotheses there are.
    shown = sorted(rows, key=lambda row: not row.changed)[:_ROWS]
    if shown:
        level = next(
            (
                float(v)
                for r in found
                if r is not None and isinstance(v := r.result.summary.get("significance_level"), float)
            ),
            0.05,
        )
        yield NamedFigure(
            slug(f"{name} p_values"), p_values(shown, labels, level),
            f"{name}: p-values (adjusted for the number of hypotheses where applicable); red bands: the "
            f"verdict changed."
            + (f" {_ROWS} of {len(rows)}, changed ones first." if len(rows) > _ROWS else ""),
        )  # fmt: skip


def _spectra(name: str, found: Sequence[StoredResult | None], labels: Sequence[str]) -> Iterator[NamedFigure]:
    """The features of a result, where it has control histograms of its own."""
    yield from _overlaid(name, [{} if result is None else _control(result) for result in found], labels)


def _controls(runs: Sequence[StoredRun], labels: Sequence[str]) -> Iterator[NamedFigure]:
    """Control plots: collision data, or where there are none in every run, simulation."""
    for name in dict.fromkeys(name for run in runs for name in run.controls):
        told = [run.controls.get(name) for run in runs]
        data = all(c is None or (c.shown.data and not c.shown.blinded) for c in told)
        sides: list[dict[str, tuple[hist.Hist[Any], Any]]] = []
        for control in told:
            spectra = {} if control is None else dict(control.spectra())
            chosen = {n: s.observed if data else s.total for n, s in spectra.items()}
            sides.append(
                {n: (h, plain_axis(spectra[n].label, n)) for n, h in chosen.items() if h is not None}
            )
        yield from _overlaid(f"{name}, {'data' if data else 'simulation'}", sides, labels)


def _overlaid(
    name: str, sides: Sequence[dict[str, tuple[hist.Hist[Any], Any]]], labels: Sequence[str]
) -> Iterator[NamedFigure]:
    from symhep.plotting.beside import SpectrumPanel, spectra

    keys = [
        k for k in dict.fromkeys(k for side in sides for k in side) if sum(k in side for side in sides) > 1
    ]
    panels = []
    for key in keys[:_PANELS]:
        label = next(str(side[key][1]) for side in sides if key in side)
        panels.append(SpectrumPanel(label, tuple(side[key][0] if key in side else None for side in sides)))
    if panels:
        yield NamedFigure(
            slug(f"{name} spectra"), spectra(panels, labels),
            f"{name}: distributions of the features, normalised to unity, and their ratio to the first "
            f"run. Statistical errors are those of independent samples. Contents of overlapping bins are "
            f"divided in proportion to the overlap."
            + (f" The first {_PANELS} of {len(keys)}." if len(keys) > _PANELS else ""),
        )  # fmt: skip


def _control(result: StoredResult) -> dict[str, tuple[hist.Hist[Any], Any]]:
    """Name -> control histogram of the result's own events, not of its reference, and its axis."""
    found = {}
    for spectrum in spectra_of(result):
        if spectrum.kind == "control" and len(spectrum.axes) == 1:
            own = _own(spectrum, result)
            if own is not None:
                found[spectrum.name] = (own, spectrum.axes[0])
    return found


def _own(spectrum: Spectrum, result: StoredResult) -> hist.Hist[Any] | None:
    some = [h for name, h in spectrum.categories.items() if name not in result.reference]
    total = None
    for histogram in some:
        total = histogram.copy() if total is None else total + histogram
    return total


def _keys(found: Sequence[StoredResult | None], wanted: Any) -> list[str]:
    """Keys of answers that two runs have at least, in the order of the first."""
    held = [{} if r is None else {k for k, a in r.answers.items() if wanted(a)} for r in found]
    order = dict.fromkeys(k for r in found if r is not None for k in r.answers)
    return [key for key in order if sum(key in side for side in held) > 1]
