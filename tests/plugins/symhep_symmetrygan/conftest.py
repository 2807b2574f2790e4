"""Results shaped as `symhep_symmetrygan.record` says, made up: no training, no test."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import hist
import numpy as np
import pytest
import torch

from symhep.hypotheses.divergence.record import DivergenceMean
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.lie.subgroups import lorentz_subgroups
from symhep.methods.events import EventsRecord, VectorsRecord
from symhep.methods.number import ONE_SIGMA, Bounded, Number
from symhep.methods.p_values import PValue, p_numbers
from symhep.methods.result import Arrays, Result
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.inference.record import (
    AlgebraRecord,
    ComponentRecord,
    CompositionRecord,
)
from symhep_symmetrygan.landscape.record import LandscapeRecord, SliceRecord
from symhep_symmetrygan.maps.distance import far_from
from symhep_symmetrygan.maps.record import LearnedMapRecord, MapRecord
from symhep_symmetrygan.method import SymmetryGan
from symhep_symmetrygan.options import SymmetryGanOptions
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.names import read_space
from symhep_symmetrygan.subgroups.record import ClassRow, ElementRow, LabRow
from symhep_symmetrygan.validation.record import ElementDivergences
from symhep_symmetrygan.validation.results import Validated

Made = Callable[..., Result[SymmetryGanRecord]]
AZIMUTHS = ("azimuth of jet1", "azimuth of jet2")
IDEAL = 2 * math.log(2)


def p(log10_p: float, factor: int = 1, level: float = 0.01) -> dict[str, Any]:
    """p-values of a row."""
    adjusted = min(log10_p + math.log10(factor), 0.0)
    both = {f"{name}_adjusted": value for name, value in p_numbers(adjusted * math.log(10)).items()}
    own = p_numbers(log10_p * math.log(10))
    return {**own, **both, "p_kind": "asymptotic", "rejected": adjusted <= math.log10(level)}


def excess(values: Sequence[float], error: float = 0.001) -> tuple[Bounded, ...]:
    """Numbers of projections, all with the same error."""
    return tuple(
        Bounded(
            value=v, low=v - error, high=v + error, level=ONE_SIGMA, unit="nats", upper_95=max(v, 0.0) + 1.7 * error,
            expected_95=1.7 * error,
        )
        for v in values
    )  # fmt: skip


def mean_of(kl: np.ndarray, noise: float = 0.02) -> DivergenceMean:
    """Of divergences (E, J) with this noise."""
    number = len(kl)
    error = np.full(kl.shape[1], np.nan) if number < 2 else kl.std(0, ddof=1) / math.sqrt(number)
    return DivergenceMean(mean=kl.mean(0), error=error, excess=excess(kl.mean(0) - noise), number=number)


def jet_divergences(verdict: np.ndarray) -> tuple[ElementDivergences, Arrays]:
    """Two azimuths of elements with these verdicts: noise of 0.02, nothing beyond it, and random ones at 0.3."""
    rng, number = np.random.default_rng(11), len(verdict)
    noise = 0.02 * rng.chisquare(99, (62, 2)) / 99
    kl = {name: rng.normal(0.02, 0.001, (number, 2)) for name in ("found", "refined")}
    for values in kl.values():
        values[verdict == "diverged"] = np.nan
    kl["random"] = rng.uniform(0.2, 0.5, (number, 2))
    arrays: Arrays = {f"kl_{name}": values for name, values in kl.items()} | {"kl_noise": noise}
    for name, values in kl.items():
        arrays |= {f"excess_{name}": values - 0.02, f"excess_{name}_error": np.full_like(values, 0.001)}
    known = verdict != "diverged"
    record = ElementDivergences(
        projections=AZIMUTHS, bins=100, symmetry=mean_of(kl["found"][known]), refined=mean_of(kl["refined"][known]),
        kept=mean_of(kl["refined"][verdict == "kept"]), failed=mean_of(kl["refined"][verdict == "failed"]),
        random=mean_of(kl["random"]), noise=DivergenceMean(mean=noise.mean(0), number=62),
    )  # fmt: skip
    return record, arrays


def component(name: str, elements: int, action: Any, log10_p: float, deficit: float = 0.0) -> ComponentRecord:
    return ComponentRecord(
        name=name, elements=elements, kept=elements, verdict="kept", order=None, action=action, action_error=0.01,
        distance_from_name=0.02, matrix=np.eye(5).tolist(), excess=excess([1e-3 + deficit, 2e-3 + deficit]),
        posthoc_loss=Number.with_error(IDEAL - deficit, 0.002), **p(log10_p, 4),
    )  # fmt: skip


def subgroup(name: str, log10_p: float, dimension: int = 1, **more: Any) -> ClassRow:
    tested = p(log10_p, 10)
    return ClassRow(
        name=name, label=name, written="", algebra="so(2)", dimension=dimension, how="tested",
        survives=not tested["rejected"], **tested, **more,
    )  # fmt: skip


def discrete(name: str, log10_p: float, asymmetry: float | None = None) -> ElementRow:
    size = None
    if asymmetry is not None:
        size = Number(value=asymmetry, low=asymmetry - 0.02, high=asymmetry + 0.02)
    return ElementRow(name=name, meaning=name, order=2, size=size, **p(log10_p, 4))


def rotations(rng: np.random.Generator, number: int) -> np.ndarray:
    """Angles of two jets in the transverse plane, nearly the same."""
    return rng.uniform(0, 2 * np.pi, (number, 1)) + rng.normal(0, 0.02, (number, 2))


def jet_histograms(rng: np.random.Generator) -> dict[str, hist.Hist[Any]]:
    made: dict[str, hist.Hist[Any]] = {}
    samples = ["events", "kept", "random"]
    for number, name in enumerate(AZIMUTHS, 1):
        axis = hist.axis.Regular(100, -np.pi, np.pi, name="value", label=name, circular=True)
        h = hist.Hist(hist.axis.StrCategory(samples, name="which"), axis, storage=hist.storage.Weight())
        h.fill("events", rng.uniform(-np.pi, np.pi, 5000))
        h.fill("kept", rng.uniform(-np.pi, np.pi, 5000))
        h.fill("random", np.angle(np.exp(1j * rng.normal(number, 1.0, 5000))))
        made[f"projection: {name}"] = h
    x, y = (hist.axis.Regular(40, -1500, 1500, name=n, label=n) for n in ("px1", "py1"))
    h = hist.Hist(hist.axis.StrCategory(samples, name="which"), x, y, storage=hist.storage.Weight())
    phi = rng.uniform(0, 2 * np.pi, 5000)
    for sample, stretch in (("events", 1.0), ("kept", 1.0), ("random", 0.4)):
        h.fill(sample, 1250 * np.cos(phi), 1250 * stretch * np.sin(phi))
    made["plane: px1, py1"] = h
    return made


def events(names: tuple[str, ...], particles: int, scale: float) -> Events:
    x = torch.from_numpy(np.random.default_rng(1).normal(size=(40, len(names))))
    sample = Sample(x, torch.ones(40, dtype=torch.float64))
    vector = len(names) // particles
    return Events(sample, sample, particles, vector, names, names[:vector], (), "GeV", scale)


def gathered(search: str, seen: Events, bins: int = 100, **arrays: Any) -> Elements:
    """Elements as all shards leave them; what is not given is zero or unknown."""
    options = SymmetryGanOptions(search=search, validation={"bins": bins})
    space = read_space(options.search, seen)
    count, d = len(arrays["final"]), seen.size + 1
    blank = {field.name: np.full(count, np.nan) for field in fields(Validated)}
    blank |= {
        "found": np.zeros((count, d, d)), "refined": np.zeros((count, d, d)), "random": np.zeros((0, d, d)),
        "initial": np.zeros_like(arrays["final"]), "loss": np.full((count, 5), IDEAL),
        "diverged": np.zeros(count, dtype=bool),
    }  # fmt: skip
    return Elements(space, seen, options, blank | arrays)


@pytest.fixture(scope="session")
def elements_of() -> Callable[..., Elements]:
    """`gathered`, on events of these names."""

    def make(
        search: str, names: tuple[str, ...], particles: int = 1, scale: float = 1.0, **arrays: Any
    ) -> Elements:
        return gathered(search, events(names, particles, scale), **arrays)

    return make


@pytest.fixture(scope="session")
def result_of() -> Callable[..., Result[SymmetryGanRecord]]:
    """A result with sentences and tables, as the pipeline makes it."""

    def make(
        record: SymmetryGanRecord, arrays: Arrays, histograms: dict[str, hist.Hist[Any]] | None = None
    ) -> Result[SymmetryGanRecord]:
        return SymmetryGan().worded(Result(record, arrays, histograms or {}))

    return make


def _dijet_elements(rng: np.random.Generator, number: int, failed: int, **changes: Any) -> Elements:
    log_p = np.log(rng.uniform(0.02, 1, number))
    log_p[:failed] = -300.0
    diverged = np.zeros(number, dtype=bool)
    diverged[-1:] = True
    log_p[-1:] = np.nan
    made = {
        "initial": rng.uniform(0, 2 * np.pi, (number, 2)), "final": rotations(rng, number), "diverged": diverged,
        "loss": rng.normal(IDEAL, 0.01, (number, 30)), "moved": np.full(number, 0.02), "log_p": log_p,
        "log_p_found": 20 * log_p,
        "posthoc_found": rng.normal(IDEAL - 0.001, 0.002, number), "posthoc_found_error": np.full(number, 0.002),
        "posthoc_random": rng.uniform(0.4, 1.2, number), "posthoc_random_error": np.full(number, 0.004),
    }  # fmt: skip
    seen = events(("px1", "py1", "px2", "py2"), 2, 800.0)
    return gathered("so(2)xso(2)", seen, **(made | changes))


@pytest.fixture(scope="session")
def dijet_elements() -> Callable[..., Elements]:
    """Rotations of two jets: of ``number`` the first ``failed`` are rejected, the last one diverged."""

    def make(number: int = 40, failed: int = 4, **changes: Any) -> Elements:
        return _dijet_elements(np.random.default_rng(5), number, failed, **changes)

    return make


def _dijet_group() -> dict[str, Any]:
    tangents = ("R_12", "R_34")
    return {
        "algebra": AlgebraRecord(
            kind="continuous", why="", dimension=1, name="so(2)", stability=0.99, alternatives=(), chance=0.0,
            excluded_order=None, fewest=None, fit=PValue(p_value=10**-0.3, log10_p=-0.3, p_kind="asymptotic"),
        ),
        "generators": (
            GeneratorRow(
                label="0.707 R_12 + 0.707 R_34", coefficients=dict.fromkeys(tangents, 0.707),
                errors=dict.fromkeys(tangents, 0.001),
            ),
        ),
        "connected_components": (
            component("identity", 20, "commutes", -0.2),
            component("reflection", 10, "anticommutes", -0.5),
            component("exchange", 6, "commutes", -120.0, 0.01),
        ),
        "composition": CompositionRecord(how="powers", exponent=Number.with_error(1.0, 0.05), usable=8),
    }  # fmt: skip


def _dijet_hypotheses() -> dict[str, Any]:
    classes = tuple(
        subgroup(n, -0.4 if n == "SO(2)" else -30.0, c.dimension) for n, c in lorentz_subgroups().items()
    )
    lab = {"J_x": -40.0, "J_y": -35.0, "J_z": -0.3, "K_z": -400.0}
    return {
        "catalogue": "lorentz", "subgroups": classes, "maximal_subgroups": ("SO(2)",),
        "candidates": tuple(LabRow(label=label, **p(log, 10)) for label, log in lab.items()),
        "discrete": (discrete("P", -12.0, -0.3), discrete("reflection(x)", -0.4, 0.01)),
    }  # fmt: skip


@pytest.fixture(scope="session")
def dijets(dijet_elements: Callable[..., Elements], result_of: Made) -> Made:
    """Two jets in the transverse plane, SO(2) x SO(2): every section filled."""

    def make(number: int = 40, failed: int = 4, **changes: Any) -> Result[SymmetryGanRecord]:
        rng = np.random.default_rng(6)
        elements = dijet_elements(number, failed)
        kl, divergences = jet_divergences(elements.verdict)
        arrays = elements.drawing() | divergences
        expected = arrays["final"] + rng.normal(0, 0.1, (number, 2))
        periods = np.full(2, 2 * np.pi)
        arrays |= {
            "component": np.where(np.arange(number) % 2, "identity", "reflection"),
            "span_values": np.array([3.0, 0.02]), "span_noise": np.array([0.05, 0.02]),
            "composition_steps": np.array([1, 2, 4, 8, 16]),
            "composition_distance": 0.02 * np.array([1, 2, 4, 8, 16.0]),
            "composition_distance_error": np.full(5, 0.002),
            "composition_excess": 0.0005 * np.array([[1.0, 1, 1.2, 2, 40]] * 2).T,
            "composition_excess_error": np.full((5, 2), 0.0015),
            "map_periods": periods, "map_initial": arrays["initial"], "map_final": arrays["final"],
            "map_expected": expected, "omega_initial": arrays["initial"], "omega_final": arrays["final"],
            "omega_expected": arrays["final"] + 0.05, "omega_trained": arrays["final"][:9],
        }  # fmt: skip
        learned = LearnedMapRecord(
            points=16, samples=1000, against_trainings=0.03,
            **far_from(arrays["final"], arrays["omega_expected"], periods),
        )  # fmt: skip
        made: dict[str, Any] = {
            **elements.records(), "kl": kl, **_dijet_group(), **_dijet_hypotheses(),
            "map": MapRecord(
                formula="half way between the initial angles (31)", coordinates=("theta_1", "theta_2"), learned=learned,
                **far_from(arrays["final"], expected, periods),
            ),
            "events": EventsRecord(used=10000, available=20000, effective=10000.0, negative=0.0),
            "vectors": VectorsRecord(number=2, components=("E", "px", "py", "pz")),
            "scale": 800.0, "unit": "GeV", "significance_level": 0.01,
        }  # fmt: skip
        return result_of(SymmetryGanRecord(**(made | changes)), arrays, jet_histograms(rng))

    return make


@pytest.fixture(scope="session")
def line(result_of: Made) -> Made:
    """b + c x on N(0.5, 1), over its landscape: elements and a landscape, nothing else."""

    def make(number: int = 30, **changes: Any) -> Result[SymmetryGanRecord]:
        rng = np.random.default_rng(6)
        slope = np.where(rng.random(number) < 0.5, 1.0, -1.0)
        final = np.stack([(1 - slope) / 2 / 1.1, slope], 1) + rng.normal(0, 0.02, (number, 2))
        x, y = np.linspace(-2, 2, 21), np.linspace(-2, 2, 25)
        loss = -np.minimum((x[:, None] ** 2 + (y - 1) ** 2), (x[:, None] - 1) ** 2 + (y + 1) ** 2) / 8
        elements = gathered(
            "line", events(("x1",), 1, 1.1), initial=rng.uniform(-5, 5, (number, 2)), final=final
        )
        arrays, on = elements.drawing(), np.ones(number, dtype=bool)
        arrays |= {
            "component": np.full(number, ""), "slice_0_x": x, "slice_0_y": y, "slice_0_loss": loss,
            "slice_0_points": final * [1.1, 1.0], "slice_0_near": on, "slice_1_x": y, "slice_1_loss": loss[10],
            "slice_1_points": final[:, 1:], "slice_1_near": on,
        }  # fmt: skip
        slices = (
            SliceRecord(
                x="b", y="c", fixed={}, maxima=((0.0, 1.0), (1.0, -1.0)), false_maxima=(), ridge=False
            ),
            SliceRecord(
                x="c", y=None, fixed={"b": 0.0}, maxima=((1.0,),), false_maxima=((-0.5,),), ridge=False
            ),
        )
        made = elements.records() | {
            "landscape": LandscapeRecord(slices=slices, source="N(0.5, 1)"),
            "events": EventsRecord(used=5000, available=10000, effective=5000.0, negative=0.0),
            "vectors": VectorsRecord(number=1, components=("x1",)),
            "scale": 1.1, "unit": "", "significance_level": 0.01,
        }  # fmt: skip
        return result_of(SymmetryGanRecord(**(made | changes)), arrays)

    return make
