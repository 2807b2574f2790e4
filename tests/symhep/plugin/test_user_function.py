"""A card's option that names a function: loaded, with the checksum of its code, or refused."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from symhep.plugin.user_function import UserFunctionOptions


def test_a_function_is_loaded_and_its_code_noted() -> None:
    first, second = (UserFunctionOptions(function=f"{module}:dumps") for module in ("json", "marshal"))
    assert len(first.sha256) == 64
    assert first.sha256 != second.sha256


def test_a_checksum_in_the_card_is_replaced() -> None:
    assert UserFunctionOptions(function="json:dumps", sha256="0" * 64).sha256 != "0" * 64


def test_a_function_that_does_not_exist() -> None:
    with pytest.raises(
        ValidationError, match="the module 'math' has no function 'hypotenuse'; did you mean 'hypot'"
    ):
        UserFunctionOptions(function="math:hypotenuse")


@pytest.mark.parametrize("name", ["hypot", "math:hy pot", 3])
def test_what_is_no_name(name: object) -> None:
    with pytest.raises(ValidationError):
        UserFunctionOptions.model_validate({"function": name})
