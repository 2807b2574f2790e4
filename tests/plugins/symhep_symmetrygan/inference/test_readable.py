"""Elements with names."""

from __future__ import annotations

import numpy as np
import pytest

from symhep_symmetrygan.inference.readable import readable


@pytest.mark.parametrize(
    ("name", "matrix"),
    [
        ("exchange(1,2)", np.kron([[0, 1], [1, 0]], np.eye(2))),
        ("reflection(py)", np.diag([1, -1, 1, -1])),
        ("inversion", -np.eye(4)),
        ("exchange(1,2) x reflection(py)", np.kron([[0, 1], [1, 0]], np.diag([1, -1]))),
        ("swap(px,py)", np.kron(np.eye(2), [[0, 1], [1, 0]])),
        ("reflection(px2)", np.diag([1, 1, -1, 1])),
    ],
)
def test_names_of_two_jets(name: str, matrix: np.ndarray) -> None:
    found = {one.name: one.matrix for one in readable(["px1", "py1", "px2", "py2"])}
    assert np.array_equal(found[name], matrix)


@pytest.mark.parametrize(("names", "order"), [(("x",), 2), (("x", "y"), 8), (("x", "y", "z"), 48)])
def test_all_signed_permutations_once(names: tuple[str, ...], order: int) -> None:
    found = readable(names)
    assert len({one.matrix.tobytes() for one in found}) == len({one.name for one in found}) == order


def test_four_momenta_are_few() -> None:
    names = [f"{c}{k}" for k in (1, 2) for c in ("E", "px", "py", "pz")]
    found = {one.name: one.matrix for one in readable(names)}
    parity = np.diag([1.0, -1, -1, -1, 1, -1, -1, -1])
    assert np.array_equal(found["reflection(px) x reflection(py) x reflection(pz)"], parity)
    assert np.array_equal(found["exchange(1,2)"], np.kron([[0, 1], [1, 0]], np.eye(4)))
    assert len(found) < 300


def test_many_coordinates() -> None:
    """Numbered ones are no particles; one sign, all signs, and swaps of two."""
    names = [f"x{k}" for k in range(1, 13)]
    found = {one.name: one.matrix for one in readable(names)}
    assert next(iter(found)) == "identity"
    assert np.array_equal(found["reflection(x12)"], np.diag([1.0] * 11 + [-1.0]))
    assert np.array_equal(found["inversion"], -np.eye(12))
    assert found["swap(x1,x2)"][0, 1] == 1
    assert len(found) == (1 + 66) * 14
