"""Results with a record, made up: no events, no test."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from symhep.lie.bases import poincare
from symhep.lie.subgroups import lorentz_subgroups
from symhep.lie.subgroups.catalogue import SubgroupClass
from symhep.methods.result import Result
from symhep_moments.record import MomentsRecord

Made = Callable[..., Result[MomentsRecord]]


#: Of the symmetry found.
LIMIT = {"upper_95": 0.033, "expected_95": 0.031, "function": "v_2 of mu- about z"}


def single(log10_p: float) -> dict[str, Any]:
    return {"p_value": 10.0**log10_p, "log10_p": log10_p, "p_kind": "asymptotic"}


def p(log10_p: float | None, level: float = 0.05, factor: int = 1) -> dict[str, Any]:
    if log10_p is None:
        return {}
    adjusted = min(log10_p + math.log10(factor), 0.0)
    return single(log10_p) | {
        "p_value_adjusted": 10.0**adjusted, "log10_p_adjusted": adjusted, "rejected": adjusted <= math.log10(level),
    }  # fmt: skip


def candidate(label: str, log10_p: float | None, factor: int) -> dict[str, Any]:
    made = {"label": label, "how": "tested" if log10_p is not None else "support"} | p(log10_p, factor=factor)
    if log10_p is None:
        return made
    if label.startswith(("J", "L")):
        size = 0.4 if log10_p < -0.7 else 0.013
        value = {"value": size, "low": max(size - 0.02, 0.0), "high": size + 0.02}
        return made | {
            "size": value, "size_kind": "v_m", "upper_95": size + 0.02, "expected_95": 0.031,
            "function": f"v_2 of mu- along {label}",
        }  # fmt: skip
    unit = "per GeV" if label.startswith("P") else "per unit of rapidity"
    size = 0.004 if label.startswith("P") else 3.0 + 0.1 * len(label)
    value = {"value": size, "low": 0.9 * size, "high": 1.1 * size, "unit": unit}
    return made | {"size": value, "size_kind": "rate"}


def chain(dimension: int, found: int, functions: dict[str, list[int]]) -> list[dict[str, Any]]:
    tests = []
    for r in range(dimension, 0, -1):
        blocks = {}
        for name, (start, stop) in {**functions, "all": [0, max(s for _, s in functions.values())]}.items():
            dof = r * max(stop - start - dimension + r, 1)
            wrong = r > found
            statistic = dof * (1.1 + 40.0 * (r - found) ** 2) if wrong else 1.02 * dof
            made = {"statistic": statistic, "dof": dof, "spread": (2 * dof) ** 0.5}
            blocks[name] = made | single(max(float(chi2.logsf(statistic, dof)) / math.log(10), -1234.0))
        worst = min(b["log10_p"] for b in blocks.values())
        tests.append(
            blocks["all"]
            | single(worst)
            | {"dimension": r, "blocks": blocks, "rejected": worst <= math.log10(0.05)}
        )
    return tests


def subgroup(c: SubgroupClass, found: int, rejected: float) -> dict[str, Any]:
    """The class SO(2) survives, as the catalogue has it; larger classes are rejected by the number of generators."""
    log10_p = rejected if c.dimension > found else -0.4 if c.name == "SO(2)" else -12.0
    made = p(log10_p)
    return {
        "name": c.name, "label": c.label, "written": c.written, "algebra": c.algebra, "dimension": c.dimension,
        "how": "rank" if c.dimension > found else "tested", "survives": not made["rejected"],
        "at_lab": not made["rejected"], "lab": p(log10_p + 0.1 if log10_p > -0.5 else log10_p), **made,
    }  # fmt: skip


def element(name: str, meaning: str, log10_p: float, asymmetry: float) -> dict[str, Any]:
    return {
        "name": name, "meaning": meaning, "order": 2, **p(log10_p, factor=4),
        "tests": {"moments": single(log10_p / 2), "classifier": single(log10_p)}, "gain": {"value": 0.001},
        "size": {"value": asymmetry, "low": asymmetry - 0.012, "high": asymmetry + 0.012},
    }  # fmt: skip


@pytest.fixture
def made() -> Made:
    """A result with G candidates (default: Poincare) of which ``found`` are symmetries, and K functions."""

    def make(
        labels: tuple[str, ...] = poincare().labels, symmetric: tuple[str, ...] = ("J_z",), functions: int = 34,
        rejected: float = -310.0, discrete: bool = True, off_support: tuple[str, ...] = (),
    ) -> Result[MomentsRecord]:  # fmt: skip
        rng = np.random.default_rng(5)
        dimension, found = len(labels), len(symmetric)
        low = min(14, functions)
        blocks = {"low": [0, low]} | ({"fourier": [low, functions]} if functions > low else {})
        logs = {
            n: None if n in off_support else -0.3 if n in symmetric else rejected * (1 + i)
            for i, n in enumerate(labels)
        }
        pulls = rng.normal(size=(functions, dimension)) * [1.0 if n in symmetric else 60.0 for n in labels]
        coefficients = np.array([[float(n == s) for n in labels] for s in symmetric]).reshape(
            found, dimension
        )
        errors = np.where(coefficients > 0, 1e-4, 0.012) if found else coefficients
        subgroups = [subgroup(c, found, rejected) for c in lorentz_subgroups().classes]
        alive = [row for row in subgroups if row["survives"]]
        broken = [n for n in labels if n not in symmetric][:6]
        summary = {
            "significance_level": 0.05, "catalogue": "lorentz",
            "events": {"used": 20000, "available": 20000, "effective": 20000.0, "negative": 0.0, "copies": 0},
            "algebra": {"dimension": found, "name": "so(2)" if found == 1 else "so(3)" if found else "0",
                        "stability": 0.95, **single(-0.5), "angle_95": 0.03,
                        **(LIMIT if found else {})},
            "bounds": {"highest_order": 6, "quantities": 55, "level": 0.95},
            "generators": [
                {"label": s, "coefficients": {s: 1.0}, "errors": {s: 1e-4}, "angle_95": 0.03} for s in symmetric
            ],
            "chain": chain(dimension, found, blocks),
            "candidates": [candidate(n, logs[n], dimension) for n in labels],
            "subgroups": subgroups, "maximal_subgroups": [row["name"] for row in alive[:1]],
            "symmetry": {"acts_on": "momenta", "vectors": {"number": 2, "components": ["E", "px", "py", "pz"]},
                         "generator_names": [], "element_names": []},
            "discrete": [
                element("P", "parity", -0.2, 0.001), element("reflection(x)", "reflection of x", -0.9, 0.01),
                element("exchange(1,2)", "exchange of particles 1 and 2", -42.0, 0.083),
                element("Z_4(z)", "rotations by a quarter turn about z", -0.03, -0.002),
            ] if discrete else [],
            "support": {"rank": 8, "numbers": 8, "constraints": [], "excluded": [
                {"label": n, "why": "the total momentum px is constant"} for n in off_support]},
            "functions": {"number": functions, "blocks": blocks},
            "vectors": {"number": 2, "components": ["E", "px", "py", "pz"]},
            "scale": 512.0, "unit": "GeV", "reference": None, "edges": [],
            "clearest_bins": [
                {"label": "J_x", "kind": "modulation", "axes": ["azimuth", "cos(theta)"], "x_edges": [0.0, 0.5],
                 "y_edges": [-0.25, 0.0], "departure": {"value": -0.12, "low": -0.14, "high": -0.1, "level": 0.6827},
                 "bins": 96}
            ] if "J_x" in broken else [],
        }  # fmt: skip
        phi, z = np.linspace(-math.pi, math.pi, 25), np.linspace(-1, 1, 13)
        wave = 0.1 * np.cos(2 * (phi[:-1] + phi[1:]) / 2)[:, None] * np.ones(12)
        arrays = {
            "candidates": np.array(labels), "tested": np.array(labels),
            "functions": np.array([f"f{k}" for k in range(functions)]), "pulls": pulls,
            "pulls_found": rng.normal(size=(functions, found)), "generators": coefficients, "generators_error": errors,
            "generator_labels": np.array(symmetric, dtype=np.str_) if found else np.zeros(0, dtype="U1"),
            "map_values": wave + rng.normal(scale=0.03, size=(len(broken), 24, 12)),
            "map_errors": np.full((len(broken), 24, 12), 0.03), "map_x": phi, "map_y": z,
            "map_labels": np.array(broken) if broken else np.zeros(0, dtype="U1"),
            "map_kinds": np.array(["modulation"] * len(broken)) if broken else np.zeros(0, dtype="U1"),
            "map_axes": np.array([r"$\phi_1$", r"$\cos\theta_1$"]),
        }  # fmt: skip
        return Result(MomentsRecord.from_json(summary), arrays)

    return make
