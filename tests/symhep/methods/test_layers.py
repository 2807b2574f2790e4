"""Sizes of layers and other numbers of options: what no network can have is refused before a run."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import Field, ValidationError

from symhep.methods.interface import Options
from symhep.methods.layers import LayerSizes
from symhep.plugin.manager import build_registry


class Net(Options):
    """A network."""

    hidden: LayerSizes = (4,)
    beta: float = Field(0.1, ge=0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hidden": [0]}, "greater than or equal to 1"),
        ({"hidden": [10**9]}, "less than or equal to 8192"),
        ({"hidden": [8] * 33}, "at most 32 items"),
        ({"beta": float("inf")}, "finite number"),
        ({"beta": float("nan")}, "finite number|greater than or equal"),
    ],
)
def test_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Net(**given)


def test_empty_and_usual_sizes() -> None:
    assert Net(hidden=()).hidden == ()
    assert Net(hidden=(8192, 1)).hidden == (8192, 1)


@pytest.mark.parametrize(
    ("method", "options", "message"),
    [
        ("vae", {"hidden": [0]}, "greater than or equal to 1"),
        ("vae", {"hidden": [10**9]}, "less than or equal to 8192"),
        ("vae", {"beta": float("inf")}, "finite number"),
        ("symmetrygan", {"training": {"discriminator": {"hidden": [10**9]}}}, "less than or equal to 8192"),
        ("symmetrygan", {"validation": {"posthoc": {"hidden": [0]}}}, "greater than or equal to 1"),
        ("moments", {"level": float("nan")}, "finite number|less than|greater than"),
    ],
)
def test_of_every_method(method: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        build_registry().method(method).Options.model_validate(options)
