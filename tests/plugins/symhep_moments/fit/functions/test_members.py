"""Sums over members and pairs: against loops in numpy, derivatives against torch's own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from symhep.lie.bases import poincare
from symhep_moments.fit.fields import LinearFields
from symhep_moments.fit.functions.edge import Edge
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.member_edges import MemberEdged, edged
from symhep_moments.fit.functions.members import (
    Coefficients,
    MemberPolynomials,
    MemberSums,
    PairSums,
    Ridges,
)
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.squash import Squashed
from symhep_moments.fit.functions.whole import whole_functions
from symhep_moments.places import Places

NAMES = ("E", "px", "py", "pz")
#: Two leptons, missing momentum, and up to three jets; a tag, a spectator.
PRESENT = np.array([[1, 1, 1, 1]] * 2 + [[0, 1, 1, 0]] + [[1, 1, 1, 1]] * 3, dtype=bool)
PLACES = Places(
    NAMES, PRESENT, ("l1", "l2", "met", "j1", "j2", "j3"), ("leptons", "leptons", "met", "jets", "jets", "jets"),
    frozenset({"jets"}), True, 1, 1,
)  # fmt: skip


def events(n: int = 7, seed: int = 1) -> Tensor:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 6, 7))
    there = np.ones((n, 6))
    there[:, 3:] = rng.integers(0, 2, size=(n, 3))
    x[..., 4], x[..., 6] = there, x[:, :1, 6]
    x[..., :4] *= PRESENT
    x[..., :6] *= there[..., None]
    return torch.from_numpy(x)


def all_functions() -> TestFunctions:
    found = whole_functions(PLACES, FunctionOptions(fourier=15), 2, np.random.default_rng(2))
    assert found is not None
    return found


def waves(ridges: Ridges, y: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """h of one member, from its row."""
    assert ridges.phases is not None
    assert ridges.shifts is not None
    rest = ridges.phases.numpy() + ridges.shifts.numpy() @ y[5:]
    return np.asarray(np.cos(ridges.directions.numpy() @ y[:4] + rest) - np.cos(rest))


def test_sums_over_members_and_pairs_are_those_of_loops() -> None:
    x, rng = events(), np.random.default_rng(4)
    ridges = Ridges.draw(rng, 6, 4, 2, 0.7)
    a = Coefficients(torch.from_numpy(rng.normal(size=(6, 6))), torch.from_numpy(rng.normal(size=(2, 6))))
    singles = MemberSums(ridges, a, list("abcdef"), "members").values(x).numpy()
    pairs = PairSums(ridges, a, [0, 1, 2], [3, 4, 2], list("abc")).values(x).numpy()
    assert a.slopes is not None
    for event, one, two in zip(x.numpy(), singles, pairs, strict=True):
        h = [
            waves(ridges, y) * (a.places[p].numpy() + y[5:] @ a.slopes.numpy())
            for p, y in enumerate(event)
            if y[4] == 1
        ]
        np.testing.assert_allclose(one, np.sum(h, axis=0), atol=1e-12)
        for k, (i, j) in enumerate([(0, 3), (1, 4), (2, 2)]):
            expected = sum((p[i] * q[j] for p, q in permutations(h, 2)), 0.0)
            assert two[k] == pytest.approx(expected, abs=1e-12)


def test_low_powers_of_members_are_sums_over_those_that_are_there() -> None:
    x = events()
    found = MemberPolynomials(4, 2).values(x).numpy()
    for event, row in zip(x.numpy(), found, strict=True):
        there = event[event[:, 4] == 1, :4]
        products = [(there[:, i] * there[:, j]).sum() for i in range(4) for j in range(i, 4)]
        np.testing.assert_allclose(row, [*there.sum(axis=0), *products], atol=1e-12)


def test_pairs_of_one_member_are_nothing() -> None:
    x = events()
    x[:, 1:] = 0.0
    blocks = all_functions().blocks
    assert all_functions().values(x)[:, blocks["pairs"]].abs().max() < 1e-12


def moved(x: Tensor, change: Tensor) -> Tensor:
    return torch.cat([x[..., :4] + change, x[..., 4:]], dim=-1)


JET_EDGES = (
    Edge(variable="pt", above=0.4, width=2.0, particle="jets"),
    Edge(variable="abs_eta", below=3.0, particle="jets"),
)

MAKERS: dict[str, Callable[[], TestFunctions]] = {
    "bare": all_functions,
    "squashed": lambda: Squashed(all_functions(), 2.0, 4),
    "thresholds": lambda: MemberEdged(
        Squashed(all_functions(), 2.0, 4),
        JET_EDGES,
        1.3, PLACES,
    ),
    "edges of all": lambda: edged(
        Squashed(all_functions(), 2.0, 4), [Edge(variable="pt", above=0.01, width=3.0)], 1.3, NAMES, 6, (), PLACES
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MAKERS)
def test_derivatives_are_those_of_torch(kind: str) -> None:
    x, functions, w = events(9, 3), MAKERS[kind](), torch.linspace(-1, 2, 9, dtype=torch.float64)
    v = LinearFields(poincare(), "cpu", PLACES)(x)
    found = functions.along(x, v)
    change = torch.zeros_like(x[..., :4]).requires_grad_(True)
    for k, column in enumerate(functions.values(moved(x, change)).unbind(dim=1)):
        (slope,) = torch.autograd.grad(column.sum(), change, retain_graph=True)
        expected = torch.einsum("npi,ngpi->ng", slope, v)
        torch.testing.assert_close(found[:, k], expected, rtol=1e-9, atol=1e-11)
    torch.testing.assert_close(
        functions.sum_along(x, v, w), torch.einsum("n,nkg->kg", w, found), rtol=1e-10, atol=1e-11
    )


def test_places_without_a_member_do_nothing_whatever_moves() -> None:
    x = events()
    v = LinearFields(poincare(), "cpu", PLACES)(x)
    assert (v.transpose(1, 2)[x[..., 4] == 0] == 0).all()
    assert (v[:, :, 2][..., [0, 3]] == 0).all()  # E and pz of met
    fewer = Places(
        NAMES, PRESENT[:5], PLACES.vectors[:5], PLACES.objects[:5], PLACES.sets, True, 1, 1,
    )  # fmt: skip
    x[:, 5, :6] = 0.0
    shorter = Squashed(
        whole_functions(fewer, FunctionOptions(fourier=15), 2, np.random.default_rng(2)), 2.0, 4
    )  # type: ignore[arg-type]
    torch.testing.assert_close(
        Squashed(all_functions(), 2.0, 4).values(x), shorter.values(x[:, :5]), rtol=1e-12, atol=1e-13
    )


def test_members_come_and_go_without_a_step() -> None:
    """A member on its way over the threshold: what is seen before and after is next to the same."""
    functions = MAKERS["thresholds"]()
    x = events()
    x[:, 3] = torch.tensor([1.0, 0.4 / 1.3 - 1e-7, 0, 0.2, 1, 0, 0], dtype=torch.float64)
    gone = x.clone()
    gone[:, 3, :6] = 0.0
    torch.testing.assert_close(functions.values(x), functions.values(gone), rtol=0, atol=1e-11)
    v = LinearFields(poincare(), "cpu", PLACES)(x)
    assert (
        functions.along(x, v) - functions.along(gone, LinearFields(poincare(), "cpu", PLACES)(gone))
    ).abs().max() < 1e-6
