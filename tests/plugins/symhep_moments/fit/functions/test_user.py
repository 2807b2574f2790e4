"""Test functions of the user's: what works, and what is refused with which words."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.user import UserFunctions
from symhep_moments.options import MomentsOptions
from symhep_moments.sample import events_of


def leaves(x: Tensor) -> Any:
    raise SystemExit(3)


CASES: list[tuple[Callable[[Tensor], Any], str]] = [
    (
        lambda x: x.detach().sum(dim=(1, 2)),
        "has no derivative: use smooth torch operations",
    ),
    (lambda x: np.asarray(x.detach()), "must return a tensor of shape \\(20,\\) or \\(20, k\\), not ndarray"),
    (lambda x: x, r"must return a tensor of shape \(20,\) or \(20, k\), not a tensor \(20, 2, 3\)"),
    (lambda x: x.sum(), r"must return a tensor of shape \(20,\) or \(20, k\), not a tensor \(\)"),
    (lambda x: x[:, 0, :0], r"not a tensor \(20, 0\)"),
    (lambda x: x[:, 0, 0].abs().sqrt() - x[:, 5], "raised an error for a tensor .*: IndexError"),
    (leaves, "raised an error for a tensor .*: SystemExit: 3"),
    (lambda x: (x[:, 0, 0] * 0).sqrt(), "or its gradient is not finite for some events"),
    (lambda x: x[:, 0] - x[:, 0].mean(dim=0), "for an event depends on other events"),
]


@pytest.mark.parametrize(("function", "message"), CASES)
def test_functions_that_cannot_be_used(function: Callable[[Tensor], Any], message: str) -> None:
    sample = torch.randn(20, 2, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    with pytest.raises(
        MethodError, match="the test function 'my:own' " + ".*" * (not message.startswith("g")) + message
    ):
        UserFunctions(function, "my:own", sample, 1.0)


def test_functions_get_the_units_of_the_data() -> None:
    data = Dataset.from_array(7.0 * np.random.default_rng(1).normal(size=(50, 4)), scaling="none")
    events = events_of(data, vectors=2)
    own = UserFunctions(lambda x: x[:, 1], "my:second", events.x, events.scale)
    np.testing.assert_allclose(own.values(events.x).numpy(), data.values[:, 2:], rtol=1e-12)
    assert own.labels == ("my:second 1", "my:second 2")


@pytest.fixture
def squeeze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The components of one vector as functions, in a folder as --code names it."""
    (tmp_path / "o6_functions.py").write_text("def squeeze(x): return x.squeeze(1)\n")
    monkeypatch.setenv("SYMHEP_CODE", "")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "o6_functions", raising=False)
    add_code_folder(tmp_path)
    return "o6_functions:squeeze"


def test_a_function_of_the_users_joins_the_others(squeeze: str) -> None:
    events = events_of(Dataset.from_array(np.random.default_rng(1).normal(size=(50, 2)), scaling="none"))
    options = FunctionOptions.model_validate({"fourier": 3, "user": {"function": squeeze}})
    functions = build_functions(events, options, np.random.default_rng(2))
    assert functions.blocks["user"] == slice(functions.count - 2, functions.count)
    assert len(options.user.sha256 if options.user else "") == 64
    alone = FunctionOptions.model_validate({"fourier": 0, "low": False, "user": {"function": squeeze}})
    assert build_functions(events, alone, np.random.default_rng(2)).count == 2


def test_functions_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    """A test function and a density ln q = -|x|^2 / 2 that no installed plugin announces."""
    registry = announced("def one(x): return x[:, 0, 0]\ndef log_q(x): return -(x**2).sum((1, 2)) / 2")
    events = events_of(Dataset.from_array(np.random.default_rng(1).normal(size=(900, 2)), scaling="none"))
    card = {
        "functions": {"fourier": 0, "low": False, "user": {"function": "mine:one"}},
        "density": {"function": "mine:log_q"},
    }
    options = MomentsOptions.model_validate(card, context={"registry": registry})
    assert functions_for(events, options, np.random.default_rng(2)).labels == ("mine:one",)
    with pytest.raises(ValueError, match="no plugin registers this function"):
        MomentsOptions.model_validate(card)


def test_options_without_any_function_are_refused(squeeze: str) -> None:
    with pytest.raises(ValueError, match="there is no test function: enable low, fourier or user"):
        FunctionOptions(fourier=0, low=False)
    with pytest.raises(
        ValueError, match="the module 'o6_functions' has no function 'squeze'; did you mean 'squeeze'"
    ):
        FunctionOptions.model_validate({"user": {"function": squeeze.replace("ee", "e")}})


def test_low_powers_outnumber_the_generators() -> None:
    data = Dataset.from_array(np.random.default_rng(1).normal(size=(50, 4)), scaling="none")
    few = build_functions(events_of(data, "so(4)"), FunctionOptions(), np.random.default_rng(1)).blocks["low"]
    many = build_functions(events_of(data, "gl(4)+T"), FunctionOptions(), np.random.default_rng(1)).blocks[
        "low"
    ]
    assert (few.stop, many.stop) == (4 + 10, 4 + 10 + 20)
