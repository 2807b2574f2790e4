"""A method that keeps the events it is given, and events of several kinds."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, ClassVar

import awkward as ak
import numpy as np
import pytest

import symhep
from symhep.events.dataset import Dataset
from symhep.plugin.manager import Registry, build_registry


@pytest.fixture
def keeper(toy_method: Any) -> tuple[Registry, list[Dataset]]:
    """Registry of a method 'keeper', which takes everything, and the events that it has been given."""
    seen: list[Dataset] = []

    class Keeper(toy_method.Bootstrap):  # type: ignore[misc, name-defined]
        name = "keeper"
        takes: ClassVar[frozenset[str]] = frozenset({"mask", "kinds", "tags", "spectators"})

        def check(self, data: Dataset, options: Any) -> None:
            seen.append(data)

    plugin = ModuleType("keeper")
    vars(plugin)["symhep_register_methods"] = symhep.hookimpl(lambda: {"keeper": Keeper})
    return build_registry({"keeper": plugin}), seen


@pytest.fixture(scope="session")
def same() -> Callable[[Dataset, Dataset], None]:
    """Asserts that two datasets hold the same, to the last bit."""

    def check(one: Dataset, two: Dataset) -> None:
        for name, value in vars(one).items():
            if name in ("block", "origin"):  # arrays come from no file
                continue
            other = getattr(two, name)
            if isinstance(value, np.ndarray):
                assert value.dtype == other.dtype, name
                assert np.array_equal(value, other), name
            elif name == "scaler":
                assert value.to_json() == other.to_json()
            else:
                assert value == other, name

    return check


@pytest.fixture(scope="session")
def pairs() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """500 events of two massive particles back to back in any direction (E, px, py, pz), and weights."""
    rng = np.random.default_rng(7)
    p = rng.normal(size=(500, 1, 3)) * 30 * np.array([[[1.0], [-1.0]]])
    p += rng.normal(size=p.shape)
    x = np.concatenate([np.sqrt((p**2).sum(axis=2, keepdims=True) + 1.0), p], axis=2)
    return x, rng.uniform(0.5, 1.5, size=500)


@pytest.fixture(scope="session")
def collision() -> dict[str, ak.Array]:
    """60 events of two electrons, missing transverse momentum, and 0 to 4 jets with a tag."""
    rng = np.random.default_rng(5)
    counts = rng.integers(0, 5, size=60)
    total = int(counts.sum())
    jets = {
        "pt": rng.uniform(30, 200, total), "eta": rng.normal(size=total), "phi": rng.uniform(-3, 3, total),
        "mass": rng.uniform(1, 20, total), "btag": rng.integers(0, 2, total).astype(float),
    }  # fmt: skip
    p = rng.normal(size=(60, 2, 3)) * 40
    electrons = {c: p[..., i].copy() for i, c in enumerate(("px", "py", "pz"))}
    electrons["E"] = np.sqrt((p**2).sum(axis=2))
    return {
        "electrons": ak.zip(
            {k: ak.from_regular(ak.Array(v)) for k, v in electrons.items()}, with_name="Momentum4D"
        ),
        "met": ak.zip({"pt": rng.uniform(0, 80, 60), "phi": rng.uniform(-3, 3, 60)}, with_name="Momentum2D"),
        "jets": ak.zip({k: ak.unflatten(v, counts) for k, v in jets.items()}, with_name="Momentum4D"),
    }
