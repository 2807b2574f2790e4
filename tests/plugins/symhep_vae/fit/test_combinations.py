"""Named combinations of momenta, and what is constant in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import vector

from symhep.events.dataset import Column, Dataset
from symhep_vae.fit.combinations import named_combinations, near_constant


def dimuon(momenta: np.ndarray, variables: tuple[str, ...] = ("px", "py", "pz")) -> Dataset:
    """Features and momenta of two muons from (N, 2, 4) four-momenta (E, px, py, pz)."""
    index = {"E": 0, "px": 1, "py": 2, "pz": 3}
    columns = tuple(
        Column(f"{v}({p})", "GeV", f"${v}({p})$", v, p) for p in ("mu-", "mu+") for v in variables
    )
    values = momenta[:, :, [index[v] for v in variables]].reshape(len(momenta), -1)
    return replace(Dataset.from_array(values, columns=columns), momenta=momenta, particles=("mu-", "mu+"))


def back_to_back(n: int = 500, energy: float = 40.0) -> np.ndarray:
    u = np.random.default_rng(1).normal(size=(n, 3))
    p = energy * u / np.linalg.norm(u, axis=1, keepdims=True)
    e = np.full((n, 1), energy)
    return np.stack([np.c_[e, p], np.c_[e, -p]], axis=1)


def test_values_are_those_of_vector() -> None:
    p = np.random.default_rng(2).normal(size=(100, 2, 4)) * 20
    p[..., 0] = np.sqrt((p[..., 1:] ** 2).sum(-1) + 0.1)
    found = {c.name: c.values for c in named_combinations(dimuon(p))}
    a, b = (
        vector.array({"E": q[:, 0], "px": q[:, 1], "py": q[:, 2], "pz": q[:, 3]}) for q in (p[:, 0], p[:, 1])
    )
    assert found["m(mu- mu+)"] == pytest.approx((a + b).mass)
    assert found["pt(mu- mu+)"] == pytest.approx((a + b).pt)
    assert found["y(mu- mu+)"] == pytest.approx((a + b).rapidity)
    assert found["E(mu- mu+)"] == pytest.approx((a + b).E)
    assert found["p(mu+)"] == pytest.approx(b.p)
    assert found["px(mu-) - px(mu+)"] == pytest.approx(a.px - b.px)
    assert found["pz(mu-) + pz(mu+)"] == pytest.approx(a.pz + b.pz)


def test_conservation_laws_are_found() -> None:
    data = dimuon(back_to_back())
    exact = {c.name: c for c in near_constant(named_combinations(data)) if c.constraint}
    for axis in "xyz":
        assert exact[f"p{axis}(mu-) + p{axis}(mu+)"].vanishes
    assert exact["m(mu- mu+)"].value == pytest.approx(80)
    assert not exact["m(mu- mu+)"].vanishes
    assert "px(mu-) - px(mu+)" not in exact


def test_a_resonance_is_narrow_but_no_constraint() -> None:
    mass = np.random.default_rng(3).normal(91, 2, size=(500, 1, 1))
    data = dimuon(back_to_back(energy=0.5) * mass)
    narrow = {c.name: c for c in near_constant(named_combinations(data))}["m(mu- mu+)"]
    assert not narrow.constraint
    assert narrow.value == pytest.approx(91, abs=0.5)
    assert narrow.width == pytest.approx(2, rel=0.15)


def test_energies_are_not_summed_twice() -> None:
    data = dimuon(back_to_back(), ("E", "px", "py", "pz"))
    names = [c.name for c in named_combinations(data)]
    assert "E(mu-) + E(mu+)" in names
    assert "E(mu- mu+)" not in names
    assert len(names) == len(set(names))


def test_azimuth_differences_wrap() -> None:
    columns = (Column("phi(a)", "", "", "phi", "a"), Column("phi(b)", "", "", "phi", "b"))
    data = Dataset.from_array([[3.0, -3.0], [0.1, 0.0]], columns=columns)
    found = {c.name: c.values for c in named_combinations(data)}
    assert found["phi(a) - phi(b)"] == pytest.approx([6 - 2 * np.pi, 0.1])
    assert "phi(a) + phi(b)" not in found


def test_many_plain_features_are_not_paired() -> None:
    data = Dataset.from_array(np.random.default_rng(4).normal(size=(10, 9)))
    assert [c.kind for c in named_combinations(data)] == ["feature"] * 9


@pytest.mark.parametrize(
    ("names", "derived"),
    [
        (("x", "y"), ["x - y", "x + y", "|x|"]),
        (("a[0].pt", "a[1].pt"), ["a[0].pt - a[1].pt", "a[0].pt + a[1].pt", "|x|"]),
        (("deltaphi(a, b)", "(a + b).pt"), []),
    ],
)
def test_only_features_of_one_kind_are_added(names: tuple[str, ...], derived: list[str]) -> None:
    """GeV and rad have no sum and no norm."""
    data = Dataset.from_array(np.random.default_rng(5).normal(size=(10, 2)), columns=names)
    assert [c.name for c in named_combinations(data)] == [*names, *derived]


def test_missing_momentum_has_no_mass_and_no_length() -> None:
    """Of (px, py) alone: pt of it and of its sum with a jet, and nothing that needs E or pz."""
    rng = np.random.default_rng(1)
    p = rng.normal(size=(50, 2, 3))
    x = np.concatenate([np.linalg.norm(p, axis=2, keepdims=True), p], 2)
    x[:, 1, [0, 3]] = 0.0
    data = replace(
        Dataset.from_array(x[:, :, 1:3].reshape(50, 4)), momenta=x, particles=("jet", "met"),
        kinds=("massless", "transverse"), objects=("jets", "met"),
    )  # fmt: skip
    names = {c.name for c in named_combinations(data)}
    assert {"p(jet)", "pt(jet)", "pt(met)", "pt(jet met)"} <= names
    assert not {"p(met)", "m(jet met)", "y(jet met)", "E(jet met)"} & names
