"""Errors say what, where and what to do; each is also the nearest built-in."""

from __future__ import annotations

import pytest

from symhep import errors


@pytest.mark.parametrize(
    ("error", "builtin", "code"),
    [
        (errors.CardError, ValueError, 2),
        (errors.InputError, ValueError, 3),
        (errors.PluginError, RuntimeError, 2),
        (errors.DeviceError, RuntimeError, 2),
        (errors.StoreError, OSError, 2),
        (errors.MethodError, RuntimeError, 4),
    ],
)
def test_leaves(error: type[errors.SymhepError], builtin: type[Exception], code: int) -> None:
    assert issubclass(error, errors.SymhepError)
    assert issubclass(error, builtin)
    assert error.exit_code == code
    assert str(error("told")) == "told"


def test_nearest_ignores_case() -> None:
    assert errors.nearest("muon_PT", ["Muon_pt", "Jet_pt"]) == "did you mean 'Muon_pt'?"


def test_nearest_of_nothing() -> None:
    assert errors.nearest("x", []) == "there are none"
