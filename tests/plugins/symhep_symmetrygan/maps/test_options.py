from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry
from symhep_symmetrygan.maps.options import MapOptions


def test_a_formula_is_a_name_or_a_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o5_formula.py").write_text("def final(x): return -x\n")
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(tmp_path))
    add_code_folder(tmp_path)
    assert MapOptions(formula="side").formula == "side"
    formula = MapOptions(formula={"function": "o5_formula:final"}).formula
    assert not isinstance(formula, str)
    assert formula.function == "o5_formula:final"
    assert formula.sha256


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced("def minus(x): return -x")
    formula = {"function": "mine:minus"}
    stated = MapOptions.model_validate({"formula": formula}, context={"registry": registry}).stated
    assert not isinstance(stated, str)
    assert stated(np.ones(2)).tolist() == [-1.0, -1.0]


def test_an_unknown_formula_is_refused() -> None:
    with pytest.raises(ValidationError, match="side"):
        MapOptions(formula="straight")  # type: ignore[arg-type]


def test_learning_is_asked_for() -> None:
    assert MapOptions(formula="sign").learn is None
    assert MapOptions(formula="sign", learn={"points": 32}).learn is not None
