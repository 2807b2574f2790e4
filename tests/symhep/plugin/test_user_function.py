"""A card's option that names a function: loaded, with the checksum of its code, or refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry
from symhep.plugin.user_function import UserFunctionOptions


@pytest.fixture(autouse=True)
def _code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "o3_one.py").write_text("def f(x): return x\n")
    (tmp_path / "o3_two.py").write_text("def f(x): return 2 * x\n")
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("o3_one", "o3_two"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    add_code_folder(tmp_path)


def test_a_function_is_loaded_and_its_code_noted() -> None:
    first, second = (UserFunctionOptions(function=f"{module}:f") for module in ("o3_one", "o3_two"))
    assert len(first.sha256) == 64
    assert first.sha256 != second.sha256


def test_a_checksum_in_the_card_is_replaced() -> None:
    assert UserFunctionOptions(function="o3_one:f", sha256="0" * 64).sha256 != "0" * 64


def test_a_function_that_does_not_exist() -> None:
    with pytest.raises(ValidationError, match="the module 'o3_one' has no function 'ff'; did you mean 'f'"):
        UserFunctionOptions(function="o3_one:ff")


@pytest.mark.parametrize("name", ["hypot", "math:hy pot", 3])
def test_what_is_no_name(name: object) -> None:
    with pytest.raises(ValidationError):
        UserFunctionOptions.model_validate({"function": name})


def test_what_is_merely_installed_is_refused() -> None:
    with pytest.raises(ValidationError, match="the function 'math:hypot'"):
        UserFunctionOptions(function="math:hypot")


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced("def twice(x): return 2 * x")
    options = UserFunctionOptions.model_validate({"function": "mine:twice"}, context={"registry": registry})
    assert options.load()(3) == 6
    assert len(options.sha256) == 64
    with pytest.raises(ValidationError, match="no plugin registers this function"):
        UserFunctionOptions(function="mine:twice")
