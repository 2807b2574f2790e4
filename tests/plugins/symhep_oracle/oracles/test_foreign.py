"""Functions and model files of other people: gradients, precision, refusals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from symhep.errors import InputError, MethodError
from symhep_oracle.oracles.differences import DifferencedOracle
from symhep_oracle.oracles.function import TorchFunction, function_oracle
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.oracles.model_file import onnx_oracle, torchscript_oracle

LAYOUT = Layout(1, 3)
X = torch.from_numpy(np.random.default_rng(1).normal(size=(50, 3)))


def test_a_torch_function_is_differentiated() -> None:
    oracle = function_oracle(LAYOUT, lambda x: torch.stack([x[:, 0] ** 2, x[:, 1] * x[:, 2]], 1), "f", X)
    assert isinstance(oracle, TorchFunction)
    zero = torch.zeros(50, dtype=torch.float64)
    expected = torch.stack(
        [torch.stack([2 * X[:, 0], zero, zero], 1), torch.stack([zero, X[:, 2], X[:, 1]], 1)], 1
    )
    assert torch.allclose(oracle.gradient(X), expected, atol=1e-15)


def test_a_numpy_function_gets_differences_whose_precision_is_measured() -> None:
    oracle = function_oracle(LAYOUT, lambda x: np.sin(np.asarray(x)).sum(axis=1), "f", X)
    assert isinstance(oracle, DifferencedOracle)
    error = (oracle.gradient(X)[:, 0] - X.cos()).square().mean().sqrt() / X.cos().square().mean().sqrt()
    assert 1e-12 < oracle.precision < 1e-8
    assert error < oracle.precision


def test_a_function_in_single_precision_is_known_to_be_one() -> None:
    oracle = function_oracle(LAYOUT, lambda x: np.asarray(x, dtype=np.float32).prod(axis=1), "f", X)
    assert 1e-6 < oracle.precision < 1e-2


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (
            lambda x: 1 / 0,
            r"'f' fails on a torch tensor of shape \(50, 3\), float64: ZeroDivisionError: "
            r".*test_foreign\.py:\d+\)",
        ),
        (lambda x: np.zeros((3, 2)), r"one number or row of numbers per event: \(50,\)"),
        (lambda x: np.full(len(x), np.nan), "not finite"),
        (lambda x: np.array(["a"] * len(x)), "not <U1"),
    ],
)
def test_functions_that_are_no_oracles(function: Any, message: str) -> None:
    with pytest.raises(MethodError, match=message):
        function_oracle(LAYOUT, function, "f", X)


def test_both_errors_are_reported_that_of_torch_first() -> None:
    def wrong(x: Any) -> Any:
        return x.foo if isinstance(x, torch.Tensor) else {}["bar"]

    expected = (
        r"^the oracle 'f' fails on a torch tensor of shape \(50, 3\), float64: AttributeError: 'Tensor' "
        r"object has no "
        r"attribute 'foo' \(.*test_foreign\.py:(\d+)\); and on a numpy array of shape \(50, 3\), float64: "
        r"KeyError: 'bar' \(.*test_foreign\.py:\1\)$"
    )
    with pytest.raises(MethodError, match=expected):
        function_oracle(LAYOUT, wrong, "f", X)


@pytest.mark.parametrize(
    "step",
    [
        lambda x: (x[:, 0] > 0).to(torch.float64),
        lambda x: torch.sign(x[:, 0]),
        lambda x: np.where(np.asarray(x)[:, 0] > 0, 1.0, 0.0),
    ],
)
def test_a_step_is_reported_to_have_no_gradient(step: Any) -> None:
    with pytest.raises(
        MethodError,
        match=r"its gradient is zero on all events\. Steps have no gradient: make their edges smooth",
    ):
        function_oracle(LAYOUT, step, "f", X)
    smooth = function_oracle(LAYOUT, lambda x: torch.sigmoid(x[:, 0] / 0.1), "f", X)
    assert isinstance(smooth, TorchFunction)


@pytest.fixture
def model() -> torch.nn.Module:
    torch.manual_seed(1)
    return torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, 2))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_evaluated_in_double_precision(tmp_path: Path, model: torch.nn.Module) -> None:
    torch.jit.save(torch.jit.script(model), tmp_path / "m.pt")
    oracle = torchscript_oracle(LAYOUT, str(tmp_path / "m.pt"), X)
    weights = [p.detach().double() for p in model.parameters()]
    hidden = torch.tanh(X @ weights[0].T + weights[1])
    assert torch.allclose(oracle(X), hidden @ weights[2].T + weights[3], atol=1e-15)
    expected = torch.einsum("oh,nh,hi->noi", weights[2], 1 - hidden**2, weights[0])
    assert torch.allclose(oracle.gradient(X), expected, atol=1e-14)
    assert oracle.approximate


def test_pickled_modules_are_refused(tmp_path: Path, model: torch.nn.Module) -> None:
    torch.save(model, tmp_path / "m.pt")
    with pytest.raises(InputError, match=r"pickled module, which could run any code.*torch.jit.save"):
        torchscript_oracle(LAYOUT, str(tmp_path / "m.pt"), X)


def test_files_that_are_no_models(tmp_path: Path) -> None:
    path = tmp_path / "m.pt"
    path.write_bytes(b"no model")
    with pytest.raises(
        InputError, match=r"is not a TorchScript archive; save the model with torch\.jit\.save"
    ):
        torchscript_oracle(LAYOUT, str(path), X)
    pytest.importorskip("onnxruntime")
    with pytest.raises(InputError, match="cannot be loaded as ONNX"):
        onnx_oracle(LAYOUT, str(path), X)


@pytest.mark.parametrize("rows", [None, 16])
def test_onnx_gets_differences(tmp_path: Path, rows: int | None) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    make = onnx.helper
    single = onnx.TensorProto.FLOAT
    graph = make.make_graph(
        [
            make.make_node("Mul", ["x", "x"], ["s"]),
            make.make_node("ReduceSum", ["s", "axes"], ["y"], keepdims=1),
        ],
        "squares",
        [make.make_tensor_value_info("x", single, [rows, 3])],
        [make.make_tensor_value_info("y", single, [rows, 1])],
        [onnx.numpy_helper.from_array(np.array([1]), "axes")],
    )
    path = tmp_path / "m.onnx"
    model = make.make_model(graph, opset_imports=[make.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    oracle = onnx_oracle(LAYOUT, str(path), X)
    assert torch.allclose(oracle(X)[:, 0], (X**2).sum(1), rtol=1e-6)
    slopes = oracle.gradient(X)[:, 0]
    error = (slopes - 2 * X).square().mean().sqrt() / (2 * X).square().mean().sqrt()
    assert error < 2 * oracle.precision < 1e-2
    assert oracle.approximate
    with pytest.raises(MethodError, match="does not accept inputs of 5 numbers per event"):
        onnx_oracle(Layout(1, 5), str(path), torch.zeros(9, 5, dtype=torch.float64))


def test_a_numpy_function_can_be_trained_on() -> None:
    """Automatic differentiation is handed the differences: d (x1^2 + 3 x2) / dx = (2 x1, 3), on any shape."""
    sample = torch.as_tensor(np.random.default_rng(1).normal(size=(20, 2)))

    def phi(x: np.ndarray) -> np.ndarray:
        return np.asarray(x)[:, 0] ** 2 + 3 * np.asarray(x)[:, 1]

    oracle = function_oracle(Layout(1, 2), phi, "phi", sample)
    x = sample.view(4, 5, 2).clone().requires_grad_()
    values = oracle(x)
    assert values.shape == (4, 5, 1)
    (slope,) = torch.autograd.grad(values.sum(), x)
    expected = torch.stack([2 * x.detach()[..., 0], torch.full((4, 5), 3.0, dtype=torch.float64)], dim=-1)
    torch.testing.assert_close(slope, expected, atol=1e-8, rtol=0)
