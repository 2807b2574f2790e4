"""The record of a symmetry: stored, read, refused where it is broken, and acting on events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symhep.errors import CardError, StoreError
from symhep.lie.bases import poincare
from symhep.methods.events import VectorsRecord
from symhep.methods.record import Record
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry, SymmetryRecord, homogeneous, measured_entries

MOMENTUM = ("E", "px", "py", "pz")


class Found(Record):
    """A record that offers a symmetry."""

    symmetry: SymmetryRecord | None


def _symmetry() -> Symmetry:
    swap = homogeneous(np.kron([[0.0, 1.0], [1.0, 0.0]], np.eye(4))[None], element=True)
    found = poincare().subset(["J_z", "P_x"])
    return Symmetry(
        "momenta", 2, MOMENTUM, np.asarray(found.matrices.real), found.labels, swap, ("exchange(1,2)",)
    )


def _result(**changes: Any) -> Result[Found]:
    found = _symmetry()
    return Result(Found(symmetry=found.to_record().model_copy(update=changes)), found.to_arrays())


def test_what_is_stored_is_read() -> None:
    read = Symmetry.of(_result())
    assert read is not None
    assert (read.acts_on, read.vectors, read.components) == ("momenta", 2, MOMENTUM)
    assert (read.labels, read.names) == (("J_z", "P_x"), ("exchange(1,2)",))
    assert (read.generators == _symmetry().generators).all()
    assert (read.elements == _symmetry().elements).all()
    assert Symmetry.of(Result(Found(symmetry=None))) is None
    assert Symmetry.of(Result(Record())) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"vectors": VectorsRecord(number=3, components=MOMENTUM)},
        {"vectors": VectorsRecord(number=2, components=("E",))},
        {"generator_names": ("J_z",)},
        {"element_names": ()},
        {"acts_on": "spins"},
        {"generator_names": None},
    ],
    ids=repr,
)
def test_a_broken_record_is_no_symmetry(changes: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match=r"docs/reference/run_folder\.md"):
        Symmetry.of(_result(**changes))


@pytest.mark.parametrize(
    ("place", "value"), [((0, 1, 1), np.nan), ((0, -1, 0), 1.0), ((0, -1, -1), 2.0)], ids=repr
)
@pytest.mark.parametrize("array", ["symmetry_generators", "symmetry_elements"])
def test_so_are_broken_matrices(array: str, place: tuple[int, ...], value: float) -> None:
    result = _result()
    result.arrays[array] = result.arrays[array].copy()
    result.arrays[array][place] = value
    with pytest.raises(StoreError, match=r"finite real numbers|last row"):
        Symmetry.of(result)


def test_some_of_it_by_name() -> None:
    some = _symmetry().only(["P_x"], [])
    assert (some.labels, some.names, some.elements.shape) == (("P_x",), (), (0, 5, 5))
    assert some.generators[0, 1, -1] == 1.0
    with pytest.raises(CardError, match="no generator 'J_x'; did you mean '"):
        _symmetry().only(["J_x"])
    with pytest.raises(CardError, match="no discrete element 'P'"):
        _symmetry().only(None, ["P"])


def test_elements_act_on_each_vector_or_on_all() -> None:
    found, x = _symmetry(), np.arange(16.0).reshape(2, 2, 4)
    assert (found.act(np.repeat(found.elements, 2, axis=0), x) == x[:, ::-1]).all()
    shift = np.eye(5)
    shift[1, -1] = 7.0
    assert (found.act(np.stack([np.eye(5), shift]), x) - x).tolist() == [
        [[0, 0, 0, 0]] * 2,
        [[0, 7, 0, 0]] * 2,
    ]


def test_measured_entries_have_the_errors_of_samples() -> None:
    """The spread of the entries over coefficients drawn from their covariance, divided by the largest of each draw."""
    rng = np.random.default_rng(3)
    matrices = rng.normal(size=(3, 2, 2))
    c, root = np.array([0.3, -1.2, 0.5]), 0.01 * rng.normal(size=(3, 3))
    draws = c + rng.normal(size=(20_000, 3)) @ root.T
    ratios = draws / np.abs(draws[:, 1:2])
    spread = np.tensordot(ratios, matrices, 1).std(axis=0)
    values, errors = measured_entries([c], [root @ root.T], matrices)
    np.testing.assert_allclose(values[0], np.tensordot(c / 1.2, matrices, 1))
    np.testing.assert_allclose(errors[0], spread, rtol=0.03)


def test_errors_are_stored_with_the_generators() -> None:
    found = _symmetry()
    errors = 0.1 * np.abs(found.generators)
    measured = found.generators + errors
    told = Symmetry(
        found.acts_on, found.vectors, found.components, found.generators, found.labels, found.elements,
        found.names, measured, errors,
    )  # fmt: skip
    result = Result(Found(symmetry=told.to_record()), told.to_arrays())
    read = result.generators
    assert read is not None
    assert (read.names, len(read), read.components) == (("J_z", "P_x"), 2, MOMENTUM)
    assert (read.values == measured).all()
    assert (read.errors == errors).all()
    assert (read.stated == found.generators).all()
    assert (told.only(["P_x"]).to_generators().errors == errors[1:]).all()


def test_a_method_that_gives_no_errors_has_nan() -> None:
    read = _result().generators
    assert read is not None
    assert (read.values == _symmetry().generators).all()
    assert np.isnan(read.errors).all()
    assert Result(Record()).generators is None


def test_errors_of_another_shape_are_refused() -> None:
    found = _symmetry()
    with pytest.raises(ValueError, match=r"errors of shape \(1, 5, 5\) for generators of shape \(2, 5, 5\)"):
        Symmetry("momenta", 2, MOMENTUM, found.generators, found.labels, errors=np.zeros((1, 5, 5)))
