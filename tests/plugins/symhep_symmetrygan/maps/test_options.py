from __future__ import annotations

import pytest
from pydantic import ValidationError

from symhep_symmetrygan.maps.options import MapOptions


def test_a_formula_is_a_name_or_a_function() -> None:
    assert MapOptions(formula="side").formula == "side"
    formula = MapOptions(formula={"function": "math:sin"}).formula
    assert not isinstance(formula, str)
    assert formula.function == "math:sin"
    assert formula.sha256


def test_an_unknown_formula_is_refused() -> None:
    with pytest.raises(ValidationError, match="side"):
        MapOptions(formula="straight")  # type: ignore[arg-type]


def test_learning_is_asked_for() -> None:
    assert MapOptions(formula="sign").learn is None
    assert MapOptions(formula="sign", learn={"points": 32}).learn is not None
