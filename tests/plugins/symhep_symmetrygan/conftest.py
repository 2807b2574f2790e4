"""Results shaped as the contract in symhep_symmetrygan.record, made up: no training, no test."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import hist
import numpy as np
import pytest
from symhep_symmetrygan.outcome import (
    Composed,
    Divergences,
    Expected,
    Learned,
    Losses,
    Outcome,
    Search,
    Slice,
    Span,
    Tested,
)

from symhep.lie.subgroups import lorentz_subgroups
from symhep.methods.result import Result
from symhep_symmetrygan.record import drawing_arrays, summarise
from symhep_symmetrygan.say.sentences import findings
from symhep_symmetrygan.say.tables import tables

Made = Callable[..., Outcome]
AZIMUTHS = ("azimuth of jet1", "azimuth of jet2")
IDEAL = 2 * math.log(2)


def p(log10_p: float | None, factor: int = 1, level: float = 0.01) -> dict[str, Any]:
    if log10_p is None:
        return dict.fromkeys(("p_value", "log10_p", "p_value_adjusted", "log10_p_adjusted", "rejected"))
    adjusted = min(log10_p + math.log10(factor), 0.0)
    return {
        "p_value": 10.0**log10_p, "log10_p": log10_p, "p_value_adjusted": 10.0**adjusted,
        "log10_p_adjusted": adjusted, "rejected": adjusted <= math.log10(level),
    }  # fmt: skip


def component(
    name: str, elements: int, action: str | None, log10_p: float, deficit: float = 0.0
) -> dict[str, Any]:
    return {
        "name": name, "elements": elements, "kept": elements, "verdict": "kept", "order": None, "action": action,
        "action_error": 0.01, "distance": 0.02,
        "kl": [5e-3 + deficit, 6e-3 + deficit], "posthoc_loss": {"value": IDEAL - deficit, "error": 0.002},
        **p(log10_p, 4),
    }  # fmt: skip


def subgroup(
    name: str, family: str, log10_p: float | None, dimension: int = 1, **more: Any
) -> dict[str, Any]:
    tested = p(log10_p, 10)
    return {
        "name": name, "label": name, "algebra": "so(2)", "dimension": dimension, "at_lab": False, "kl": None,
        "posthoc_loss": None, "survives": tested["rejected"] is False, "how": "tested", "by": [], "limit_of": [],
        "family": family, **tested, **more,
    }  # fmt: skip


def discrete(name: str, log10_p: float, asymmetry: float | None = None) -> dict[str, Any]:
    size = (
        None if asymmetry is None else {"value": asymmetry, "low": asymmetry - 0.02, "high": asymmetry + 0.02}
    )
    return {
        "name": name,
        "meaning": name,
        "same_as": None,
        "trivial": False,
        "asymmetry": size,
        **p(log10_p, 4),
    }


def elements(rng: np.random.Generator, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Rotations of two jets in the transverse plane by nearly the same angle: parameters, homogeneous matrices."""
    angles = rng.uniform(0, 2 * np.pi, (number, 1)) + rng.normal(0, 0.02, (number, 2))
    matrices = np.tile(np.eye(5), (number, 1, 1))
    for jet in range(2):
        c, s = np.cos(angles[:, jet]), np.sin(angles[:, jet])
        matrices[:, 2 * jet : 2 * jet + 2, 2 * jet : 2 * jet + 2] = np.moveaxis(
            np.array([[c, s], [-s, c]]), -1, 0
        )
    return angles, matrices


def jet_histograms(rng: np.random.Generator) -> dict[str, hist.Hist[Any]]:
    made: dict[str, hist.Hist[Any]] = {}
    samples = ["events", "found", "random"]
    for number, name in enumerate(AZIMUTHS, 1):
        axis = hist.axis.Regular(100, -np.pi, np.pi, name="value", label=name, circular=True)
        h = hist.Hist(hist.axis.StrCategory(samples, name="which"), axis, storage=hist.storage.Weight())
        h.fill("events", rng.uniform(-np.pi, np.pi, 5000))
        h.fill("found", rng.uniform(-np.pi, np.pi, 5000))
        h.fill("random", np.angle(np.exp(1j * rng.normal(number, 1.0, 5000))))
        made[f"projection: {name}"] = h
    x, y = (hist.axis.Regular(40, -1500, 1500, name=n, label=n) for n in ("px1", "py1"))
    h = hist.Hist(hist.axis.StrCategory(samples, name="which"), x, y, storage=hist.storage.Weight())
    phi = rng.uniform(0, 2 * np.pi, 5000)
    for sample, stretch in (("events", 1.0), ("found", 1.0), ("random", 0.4)):
        h.fill(sample, 1250 * np.cos(phi), 1250 * stretch * np.sin(phi))
    made["plane: px1, py1"] = h
    return made


@pytest.fixture(scope="session")
def dijets() -> Made:
    """Two jets in the transverse plane, SO(2) x SO(2): every section filled."""

    def make(number: int = 40, failed: int = 4, **changes: Any) -> Outcome:
        rng = np.random.default_rng(5)
        angles, matrices = elements(rng, number)
        initial = rng.uniform(0, 2 * np.pi, (number, 2))
        log_p = np.log(rng.uniform(0.02, 1, number))
        log_p[:failed] = -300.0
        diverged = np.zeros(number, dtype=bool)
        diverged[-1:] = True
        log_p[-1:] = np.nan
        noise = 0.004 * rng.chisquare(99, (200, 2)) / 99
        kl = 0.005 * rng.chisquare(60, (number, 2)) / 60
        posthoc = rng.normal(IDEAL - 0.001, 0.002, number)
        classes = [
            subgroup(n, "classes", -0.4 if n == "SO(2)" else -30.0, c.dimension)
            for n, c in lorentz_subgroups().items()
        ]
        lab = [subgroup(n, "lab", lp) for n, lp in {"J_x": -40, "J_y": -35, "J_z": -0.3, "K_z": -400}.items()]
        made: dict[str, Any] = {
            "events": {"train": 10000, "held": 10000, "effective": 10000.0, "negative": 0.0},
            "vectors": {"number": 2, "components": ["E", "px", "py", "pz"]},
            "scale": 800.0, "unit": "GeV", "level": 0.01,
            "search": Search(
                "so(2)xso(2) on px1 py1 px2 py2", ("theta_1", "theta_2"), (), ("px1", "py1", "px2", "py2"), initial,
                angles, np.ones(2), np.full(2, 2 * np.pi), matrices, diverged, rng.normal(IDEAL, 0.01, (number, 30)),
                np.linspace(0, 4000, 30).astype(np.int64), 4000, 128,
            ),
            "tested": Tested(
                matrices, np.full(number, 0.02), log_p, np.minimum(log_p + math.log(number), 0.0), 20 * log_p
            ),
            "divergences": Divergences(AZIMUTHS, 100, kl, 0.95 * kl, rng.uniform(0.2, 0.5, (number, 2)), noise),
            "losses": Losses(
                posthoc, np.full(number, 0.002), rng.uniform(0.4, 1.2, number), np.full(number, 0.004)
            ),
            "span": Span(
                np.array([3.0, 0.02]), np.array([0.05, 0.02]), ("R_12", "R_34"), np.array([[0.707, 0.707]]),
                np.array([[0.001, 0.001]]), ("0.707 R_12 + 0.707 R_34",),
                {
                    "dimension": 1, "name": "so(2)", "confidence": 0.99, "kind": "continuous", "why": "", **p(-0.3),
                    "alternatives": [],
                },
            ),
            "component": np.where(np.arange(number) % 2, "identity", "reflection"),
            "components": [
                component("identity", 20, "commutes", -0.2),
                component("reflection", 10, "anticommutes", -0.5),
                component("exchange", 6, "commutes", -120.0, 0.01),
            ],
            "composed": Composed(
                np.array([1, 2, 4, 8, 16]), 0.02 * np.array([1, 2, 4, 8, 16.0]), np.full(5, 0.002),
                0.005 * np.array([[1.0, 1, 1.2, 2, 4]] * 2).T, np.full((5, 2), 0.0005),
                {"steps": 16, "exponent": {"value": 1.0, "error": 0.05}, "usable": 8},
            ),
            "catalogue": "lorentz", "subgroups": [*classes, *lab],
            "maximal_subgroups": [c for c in classes if c["survives"]],
            "discrete": [discrete("P", -12.0, -0.3), discrete("reflection(x)", -0.4, 0.01)],
            "map": Expected(
                "half way between the initial angles (31)", ("theta_1", "theta_2"), np.full(2, 2 * np.pi), initial,
                angles,
                angles + rng.normal(0, 0.1, angles.shape),
                Learned(
                    initial, angles, angles + 0.05, angles[:9], {"runs": 1, "samples": 1000, "against_trainings": 0.03}
                ),
            ),
            "histograms": jet_histograms(rng),
        }  # fmt: skip
        return Outcome(**(made | changes))

    return make


@pytest.fixture(scope="session")
def line() -> Made:
    """b + c x on N(0.5, 1), over its landscape: elements and a landscape, nothing else."""

    def make(number: int = 30, **changes: Any) -> Outcome:
        rng = np.random.default_rng(6)
        slope = np.where(rng.random(number) < 0.5, 1.0, -1.0)
        final = np.stack([(1 - slope) / 2 / 1.1, slope], 1) + rng.normal(0, 0.02, (number, 2))
        matrices = np.tile(np.eye(2), (number, 1, 1))
        matrices[:, 0, 0], matrices[:, 0, 1] = final[:, 1], final[:, 0]
        x, y = np.linspace(-2, 2, 21), np.linspace(-2, 2, 25)
        loss = -np.minimum((x[:, None] ** 2 + (y - 1) ** 2), (x[:, None] - 1) ** 2 + (y + 1) ** 2) / 8
        points, on = final * [1.1, 1.0], np.ones(number, dtype=bool)
        made: dict[str, Any] = {
            "events": {"train": 5000, "held": 5000, "effective": 5000.0, "negative": 0.0},
            "vectors": {"number": 1, "components": ["x1"]}, "scale": 1.1, "unit": "", "level": 0.01,
            "search": Search(
                "line", ("b", "c"), (), ("x1",), rng.uniform(-5, 5, (number, 2)), final, np.array([1.1, 1.0]),
                np.zeros(2), matrices,
                np.zeros(number, dtype=bool), np.full((number, 5), IDEAL), np.arange(5), 4000, 128,
            ),
            "slices": [
                Slice("b", "c", x, y, loss, points, on, [[0.0, 1.0], [1.0, -1.0]]),
                Slice("c", None, y, np.zeros(0), loss[10], points[:, 1:], on, [[1.0]], [[-0.5]], fixed={"b": 0.0}),
            ],
            "landscape_source": "N(0.5, 1)",
        }  # fmt: skip
        return Outcome(**(made | changes))

    return make


@pytest.fixture(scope="session")
def result_of() -> Callable[[Outcome], Result]:
    """As the method makes it."""

    def make(o: Outcome) -> Result:
        summary = summarise(o)
        return Result(
            summary=summary, arrays=drawing_arrays(o), histograms=dict(o.histograms), tables=tables(summary),
            statements=list(findings(summary)),
        )  # fmt: skip

    return make
