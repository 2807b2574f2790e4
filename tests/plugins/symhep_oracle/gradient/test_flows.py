"""Non-linear generators: gradients against automatic differentiation, fields along the contours."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.methods.context import COMBINE, Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep.plotting.style import use_style
from symhep.torchkit.network import Perceptron
from symhep.torchkit.parameters import ReplicaParameters
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.fit.algebra import within
from symhep_oracle.gradient.flows import Flows, _Loss, alignment, contour_normals, learn_flows
from symhep_oracle.gradient.options import FlowOptions, FlowWeights
from symhep_oracle.method import OracleGenerators
from symhep_oracle.options import OracleMethodOptions


def squeeze(x: Tensor) -> Tensor:
    return x.prod(dim=-1, keepdim=True)


def test_the_slope_is_that_of_the_loss() -> None:
    rng = np.random.default_rng(1)
    x = torch.as_tensor(rng.normal(size=(30, 2)))
    p = torch.as_tensor(rng.uniform(size=30))
    p = p / p.sum()
    h = FlowWeights(invariance=1.2, normalisation=0.6, orthogonality=0.8)
    options = FlowOptions(generators=3, epsilon=0.05, weights=h)
    v = torch.as_tensor(rng.normal(size=(2, 3, 30, 2)))
    terms, slope = _Loss(squeeze, x, p, options)(v)
    v.requires_grad_()
    target = (p[:, None] * x**2).sum()  # 2 E |x|^2 / D with D = 2
    for r in range(2):
        change = (squeeze(x + 0.05 * v[r]) - squeeze(x)) / 0.05
        invariance = 1.2 * (p * change[..., 0] ** 2).sum()
        normalisation = 0.6 * (p * ((v[r] ** 2).sum(-1) - target) ** 2).sum()
        orthogonality = sum(
            0.8 * (p * (v[r, a] * v[r, b]).sum(-1)).sum() ** 2 for a in range(3) for b in range(a + 1, 3)
        )
        expected = torch.stack([invariance, normalisation, orthogonality])
        torch.testing.assert_close(terms[r], expected.detach())
        (gradient,) = torch.autograd.grad(expected.sum(), v)
        torch.testing.assert_close(slope[r], gradient[r])


def test_the_squeeze_flow_follows_the_contours() -> None:
    rng = np.random.default_rng(2)
    x, other = rng.normal(size=(200, 2)), rng.normal(size=(500, 2))
    flows = learn_flows(
        squeeze,
        x,
        np.ones(200),
        FlowOptions(seeds=2, epochs=1500),
        replica_seeds(np.random.SeedSequence(1), 2),
    )
    fields = flows.evaluate(other)
    assert fields.shape == (2, 1, 500, 2)
    # The gradient of x1 x2 is (x2, x1); a random direction would have a share of one half.
    assert (
        alignment(fields[flows.best, 0], other[:, None, ::-1] / np.linalg.norm(other, axis=1)[:, None, None])
        > 0.9
    )
    # Normalisation starts with networks that hardly move anything.
    assert flows.parts[-1, flows.best].sum() < flows.parts[0, flows.best].sum() / 10


def test_alignment_of_known_fields() -> None:
    normals, rank = contour_normals(np.array([[[1.0, 0.0]], [[0.0, 2.0]]]))
    assert rank.tolist() == [1, 1]
    across = np.array([[3.0, 0.0], [0.0, 1.0]])
    assert alignment(across, normals) == pytest.approx(0.0)
    mixed = np.array([[0.0, 3.0], [0.0, 1.0]])  # 9 of 10 along
    assert alignment(mixed, normals) == pytest.approx(0.9)


def test_several_functions_leave_fewer_directions() -> None:
    gradient = np.array([[[1.0, 0, 0], [1.0, 1.0, 0]], [[2.0, 0, 0], [4.0, 0, 0]]])
    normals, rank = contour_normals(gradient)
    assert rank.tolist() == [2, 1]
    field = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    assert alignment(field, normals) == pytest.approx(1.0)
    assert alignment(field[::-1], normals) == pytest.approx(0.5)  # the second y is along, the first is not
    # Gradients alike up to their own error count once.
    assert contour_normals(np.array([[[1.0, 0.0], [1.0, 1e-6]]]), precision=1e-6)[1].tolist() == [1]


def linear_flows(*matrices: list[list[float]]) -> Flows:
    """'Networks' without hidden layers: v = W x."""
    parameters = ReplicaParameters(Perceptron.shapes("field", (2, 2)), len(matrices), dtype=torch.float64)
    weights = np.array(matrices).swapaxes(1, 2)
    arrays = {"field.0.weight": weights, "field.0.bias": np.zeros((len(matrices), 1, 2))}
    parameters.load(arrays)
    network = Perceptron(parameters, "field", (2, 2))
    return Flows(np.array([0]), np.zeros((1, 1, 3)), len(matrices), network, arrays)


def test_brackets_of_linear_fields_are_commutators() -> None:
    """[Ax, Bx] = (Dv_b) v_a - (Dv_a) v_b = (BA - AB) x."""
    a, b = [[1.0, 0.0], [0.0, -1.0]], [[0.0, 1.0], [0.0, 0.0]]
    x = np.random.default_rng(1).normal(size=(40, 2))
    flows = linear_flows(a, b)
    np.testing.assert_allclose(flows.evaluate(x)[0, 1], x @ np.array(b).T)
    brackets = flows.brackets(x)[0]
    np.testing.assert_allclose(brackets[0, 1], x @ (np.array(b) @ a - np.array(a) @ b).T, atol=1e-14)
    np.testing.assert_allclose(brackets[1, 0], -brackets[0, 1])
    constants, left = within(flows.evaluate(x)[0], brackets)
    assert left < 1e-14  # two dimensions, [a, b] = -2 b
    np.testing.assert_allclose(constants[0, 1], [0.0, -2.0], atol=1e-12)
    turn = linear_flows(a, [[0.0, -1.0], [1.0, 0.0]])  # the bracket is the other squeeze, orthogonal to both
    assert within(turn.evaluate(x)[0], turn.brackets(x)[0])[1] > 0.5


@pytest.fixture(scope="module")
def squeezed() -> Result:
    return run(SQUEEZE)


SQUEEZE: dict[str, object] = {
    "oracle": "squeeze",
    "solver": "flows",
    "flows": {"seeds": 2, "epochs": 1500, "learning_rate": 0.005},
}


def run(options: dict[str, object], dimension: int = 2) -> Result:
    x = 50 * np.random.default_rng(3).normal(size=(900, dimension))
    data = Dataset.from_array(x, scaling="none", name="toy")
    method, chosen = OracleGenerators(), OracleMethodOptions.model_validate(options)
    method.check(data, chosen)
    prepared = method.prepare(data, chosen)
    part = method.fit(prepared, Shard(), Context(seed_sequence(2, "oracle", 0)))
    return method.worded(method.combine(prepared, [part], Context(seed_sequence(2, "oracle", COMBINE))))


def test_a_card_learns_a_field_in_the_units_of_the_data(squeezed: Result) -> None:
    """The field at fresh points against the oracle's gradient, worked out here from the stored grid."""
    s, a = squeezed.summary, squeezed.arrays
    assert (s["algebra"]["dimension"], s["algebra"]["name"]) == (
        1,
        "vector fields, no matrix algebra",
    )
    assert (s["solver"]["flows"]["trained_on"], s["solver"]["flows"]["measured_on"]) == (300, 600)
    assert s["solver"]["flows"]["along_by_chance"] == pytest.approx(0.5)
    along = s["generators"][0]["along_contours"]["value"]
    violation = s["residual"]["invariance"]["value"]
    assert 0.9 < along < 1
    v, grid = a["flow_fields"][0], a["flow_grid"]
    inside = np.linalg.norm(grid, axis=1) < 1.5
    unit = grid[:, ::-1] / np.linalg.norm(grid, axis=1, keepdims=True)
    across = ((v * unit).sum(axis=1)[inside] ** 2).sum() / (v[inside] ** 2).sum()
    assert across < 0.1
    # |v| is about constant, and the slope of x1 x2 is |x|: what is across is what changes.
    assert 0.3 * np.sqrt(1 - along) < violation < 2 * np.sqrt(1 - along)
    assert s["spectrum"] == {"values": [], "standard_errors": []}
    assert any("not a Lie algebra of matrices" in t.text for t in squeezed.statements)
    assert squeezed.checkpoint["network"]["field.0.weight"].shape == (2, 2, 32)


def test_its_figures(squeezed: Result) -> None:
    with use_style():
        drawn = {f.name for f in OracleGenerators().figures(squeezed)}
    plt.close("all")
    assert drawn == {"fields", "loss"}
    assert {t.figure for t in squeezed.statements} <= drawn


def test_untrained_fields_are_not_found() -> None:
    few = {"seeds": 3, "epochs": 1, "generators": 2}
    found = run({"oracle": "l2", "solver": "flows", "flows": few}, dimension=3)
    assert (found.summary["algebra"]["dimension"], found.summary["algebra"]["name"]) == (0, "0")
    assert found.summary["solver"]["flows"]["along_by_chance"] == pytest.approx(2 / 3)
    assert any("Too few epochs" in t.text for t in found.statements if t.kind == "warning")


def test_too_few_events() -> None:
    data = Dataset.from_array(np.random.default_rng(1).normal(size=(10, 2)), scaling="none", name="toy")
    chosen = OracleMethodOptions.model_validate(SQUEEZE)
    method = OracleGenerators()
    prepared = method.prepare(data, chosen)
    with pytest.raises(
        MethodError, match="10 events: training and validation of vector fields need at least 20"
    ):
        method.fit(prepared, Shard(), Context(seed_sequence(2, "oracle", 0)))
