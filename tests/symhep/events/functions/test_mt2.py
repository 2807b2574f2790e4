"""MT2 against a scan over all ways to share the missing momentum, and values that are known."""

from __future__ import annotations

import importlib
import sys

import awkward as ak
import numpy as np
import pytest
from scipy.optimize import minimize

from symhep.card.expressions import parse_expression
from symhep.errors import CardError
from symhep.events.batch import momentum_records
from symhep.events.evaluate import evaluate

#: Mass, px, py of the visible ones; px, py missing; masses of the invisible ones; MT2.
#: First: the example in the documentation of the package mt2, by Lester.
EXAMPLE = ((100.0, 410.0, 20.0), (150.0, -210.0, -300.0), (-200.0, 280.0), 100.0, 100.0, 412.628)


def _visible(rows: list[tuple[float, float, float]]) -> ak.Array:
    mass, px, py = np.array(rows).T
    pz = np.linspace(-50, 80, len(rows))
    energy = np.sqrt(mass**2 + px**2 + py**2 + pz**2)
    return momentum_records(
        {k: ak.Array(v[:, None]) for k, v in (("px", px), ("py", py), ("pz", pz), ("E", energy))}
    )


def _found(a: list, b: list, met: list, chi: float = 0.0, other: float | None = None) -> list[float]:
    missing = _visible([(0.0, *m) for m in met])
    text = f"MT2(a[0], b[0], met[0], {chi}" + (f", {other})" if other is not None else ")")
    scope = {"a": _visible(a), "b": _visible(b), "met": missing}
    return evaluate(parse_expression(text), scope).to_list()


def _transverse_mass2(visible: tuple[float, float, float], q: np.ndarray, chi: float) -> float:
    mass, p = visible[0], np.array(visible[1:])
    return mass**2 + chi**2 + 2 * (np.sqrt(mass**2 + p @ p) * np.sqrt(chi**2 + q @ q) - p @ q)


def _scanned(a: tuple, b: tuple, met: tuple, chi: float, other: float) -> float:
    def larger(q: np.ndarray) -> float:
        rest = np.array(met) - q
        return max(_transverse_mass2(a, q, chi), _transverse_mass2(b, rest, other))

    starts = [np.array(met) * share + shift for share in (0.0, 0.5, 1.0) for shift in (0.0, 20.0)]
    options = {"xatol": 1e-8, "fatol": 1e-8, "maxiter": 20_000, "maxfev": 20_000}
    return float(np.sqrt(min(minimize(larger, s, method="Nelder-Mead", options=options).fun for s in starts)))


def test_published_example() -> None:
    a, b, met, chi, other, expected = EXAMPLE
    assert _found([a], [b], [met], chi, other) == pytest.approx([expected], abs=1e-3)


@pytest.mark.parametrize(("chi", "other"), [(0.0, None), (80.0, None), (50.0, 10.0)])
def test_scan(chi: float, other: float | None) -> None:
    rng = np.random.default_rng(6)
    rows = [
        [(m, *p) for m, p in zip(rng.uniform(0, 30, 4), rng.normal(0, 60, (4, 2)), strict=True)] for _ in "ab"
    ]
    met = [tuple(m) for m in rng.normal(0, 60, (4, 2))]
    found = _found(*rows, met, chi, other)
    second = chi if other is None else other
    expected = [_scanned(a, b, m, chi, second) for a, b, m in zip(*rows, met, strict=True)]
    assert found == pytest.approx(expected, rel=1e-4)


def test_without_missing_momentum_and_masses_it_is_zero() -> None:
    """Massless, back to back, nothing missing: the invisible ones can be along their visible partners with none."""
    assert _found([(0.0, 50.0, 0.0)], [(0.0, -50.0, 0.0)], [(0.0, 0.0)]) == pytest.approx([0.0], abs=1e-3)


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mt2", None)
    with pytest.raises(CardError, match=r"MT2 needs the package 'mt2', .*; pip install 'symhep\[mt2\]'"):
        _found([(0.0, 50.0, 0.0)], [(0.0, -50.0, 0.0)], [(0.0, 0.0)])
    monkeypatch.undo()
    importlib.import_module("mt2")
