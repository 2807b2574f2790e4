"""Trained vector fields, asked on events that they were not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep.errors import MethodError
from symhep.methods.context import Context
from symhep.methods.result import Part
from symhep.torchkit.streams import replica_seeds
from symhep_oracle.fit.algebra import within
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.problem import Facts, Problem
from symhep_oracle.gradient.flows import Flows, alignment, contour_normals, learn_flows
from symhep_oracle.gradient.options import FlowOptions
from symhep_oracle.gradient.plane import plane_grid
from symhep_oracle.oracles.layout import Layout

__all__ = ["FOUND", "TERMS", "FlowOutcome", "fit_flows"]

FloatArray = npt.NDArray[np.float64]

#: The terms of the loss, in the order in which they are stored.
TERMS = ("invariance", "normalisation", "orthogonality")
#: A field counts as found if at most this part of what a random direction has across the contours is left.
FOUND = 0.1
#: Fewest events for training and measurement, and most for the measurement.
FEWEST, FRESH = 20, 5000
#: Points along a side of the square on which the contours are drawn.
CONTOURS = 101


@dataclass(frozen=True)
class FlowOutcome:
    """S seeds of G fields, on n fresh events, by |weight|.

    Attributes
    ----------
    violation
        (S, G) rms of grad phi . v, relative to the rms of |v| times the rms slope, over outputs.
    along
        (S, G) share of |v|^2 along the contours; ``chance`` is that of random directions, 1 - rank / D.
    closure
        (S,) what of the brackets [v_a, v_b] lies outside sum_c f_abc v_c, relative to them; 0 for one field.
    bracket_along
        (S,) share of the brackets along the contours; 1 for one field.
    directions
        (S,) mean number of directions that the fields have at a point: (sum s^2)^2 / sum s^4 of their singular values.
    best
        The seed with the least final loss.
    facts, trained_on, measured_on
        Of the events and the oracle; numbers of events.
    arrays, parameters
        Losses and drawings; the networks of all seeds.
    """

    violation: FloatArray
    along: FloatArray
    closure: FloatArray
    bracket_along: FloatArray
    directions: FloatArray
    chance: float
    best: int
    layout: Layout
    facts: Facts
    trained_on: int
    measured_on: int
    arrays: dict[str, npt.NDArray[Any]]
    parameters: dict[str, npt.NDArray[np.float32]]

    @property
    def found(self) -> npt.NDArray[np.int64]:
        """(S,) fields of each seed that run along the contours, by `FOUND`."""
        if self.chance >= 1:  # the oracle has no slope anywhere, so nothing can be missed
            return np.full(len(self.along), self.along.shape[1])
        return np.asarray((1 - self.along <= FOUND * (1 - self.chance)).sum(axis=1))

    @property
    def stability(self) -> float:
        """(k + 1) / (S + 2), if k of S seeds find as many fields as the best one does."""
        agreeing = int((self.found == self.found[self.best]).sum())
        return (agreeing + 1) / (len(self.found) + 2)

    def to_part(self) -> Part:
        """Store everything."""
        arrays: dict[str, npt.NDArray[Any]] = {
            name: getattr(self, name)
            for name in ("violation", "along", "closure", "bracket_along", "directions")
        }
        arrays |= {f"drawn.{name}": a for name, a in self.arrays.items()}
        arrays |= {f"network.{name}": a for name, a in self.parameters.items()}
        layout = [self.layout.vectors, self.layout.dimension, self.layout.complex]
        values = {
            "chance": self.chance, "best": self.best, "layout": layout, "facts": self.facts.to_json(),
            "trained_on": self.trained_on, "measured_on": self.measured_on,
        }  # fmt: skip
        return Part(values=values, arrays=arrays)

    @classmethod
    def from_part(cls, part: Part) -> FlowOutcome:
        """Undo `to_part`."""
        v, a = part.values, part.arrays
        under = {
            prefix: {k.removeprefix(prefix): x for k, x in a.items() if k.startswith(prefix)}
            for prefix in ("drawn.", "network.")
        }
        return cls(
            a["violation"], a["along"], a["closure"], a["bracket_along"], a["directions"], v["chance"], v["best"],
            Layout(*v["layout"]), Facts.from_json(v["facts"]), v["trained_on"], v["measured_on"],
            under["drawn."], under["network."],
        )  # fmt: skip


def fit_flows(
    problem: Problem, options: FlowOptions, seeds: np.random.SeedSequence, context: Context
) -> FlowOutcome:
    """Train on some of the events, measure on others. Raises `MethodError` for too few events."""
    conditions = problem.conditions
    x, weights = (conditions.x / conditions.scale).numpy(), conditions.weights
    count = len(x)
    if count < FEWEST:
        raise MethodError(f"{count} events: training and validation of vector fields need at least {FEWEST}")
    used = np.linspace(0, count - 1, min(options.points, count // 2)).astype(np.int64)
    others = np.setdiff1d(np.arange(count), used)
    fresh = others[np.linspace(0, len(others) - 1, min(len(others), FRESH)).astype(np.int64)]
    with context.progress.task("vector fields", options.epochs) as advance:
        flows = learn_flows(
            conditions.normalised,
            x[used],
            weights[used],
            options,
            replica_seeds(seeds, options.seeds),
            advance,
        )
    roots = np.sqrt(weights[fresh] / weights[fresh].mean())[:, None]
    fields = flows.evaluate(x[fresh]) * roots
    gradient = _slopes(conditions, x[fresh])
    mean = gradient.reshape(len(fresh), conditions.oracle.members, -1, x.shape[1]).mean(axis=1)
    normals, rank = contour_normals(mean, conditions.oracle.precision)
    change = np.einsum("sgnd,nkd->sgnk", fields, gradient)
    size = np.linalg.norm(fields, axis=-1)
    slope = np.sqrt((gradient**2).sum(axis=2).mean())
    closure, bracket_along = _closure(flows, x[fresh], roots, fields, normals)
    return FlowOutcome(
        np.sqrt((change**2).mean(axis=(2, 3)) / (size**2).mean(axis=2)) / slope,
        alignment(fields, normals),
        closure,
        bracket_along,
        _directions(fields),
        float(1 - np.average(rank, weights=weights[fresh]) / x.shape[1]),
        flows.best,
        conditions.oracle.layout,
        problem.facts,
        len(used),
        len(fresh),
        {"epochs": flows.epochs, "parts": flows.parts, **_plane(flows, conditions, x)},
        {name: values.astype(np.float32) for name, values in flows.parameters.items()} | problem.parameters,
    )


def _slopes(conditions: Conditions, points: FloatArray) -> FloatArray:
    """Gradients (N, k, D) of phi in the units of the conditions, at points in units of the scale."""
    slopes = conditions.oracle.gradient(torch.from_numpy(points * conditions.scale))
    return np.asarray((slopes * (conditions.scale / conditions.output_scale[:, None])).numpy())


def _closure(
    flows: Flows, x: FloatArray, roots: FloatArray, fields: FloatArray, normals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(S,) what of the brackets the fields do not span, and the share of the brackets along the contours."""
    if flows.generators == 1:
        return np.zeros(len(fields)), np.ones(len(fields))
    brackets = flows.brackets(x) * roots
    first, second = np.triu_indices(flows.generators, 1)
    pairs = brackets[:, first, second]
    along = alignment(pairs.reshape(len(pairs), -1, x.shape[1]), np.tile(normals, (len(first), 1, 1)))
    return np.array([within(f, b)[1] for f, b in zip(fields, brackets, strict=True)]), along


def _directions(fields: FloatArray) -> FloatArray:
    """(S,) mean over the points of (sum s^2)^2 / sum s^4, with the singular values s of the G fields there."""
    squares = np.linalg.svd(fields.swapaxes(1, 2), compute_uv=False) ** 2  # (S, N, min(G, D))
    tiny = np.finfo(float).tiny
    return np.asarray((squares.sum(axis=2) ** 2 / np.maximum((squares**2).sum(axis=2), tiny)).mean(axis=1))


def _plane(flows: Flows, conditions: Conditions, x: FloatArray) -> dict[str, npt.NDArray[Any]]:
    """For events in the plane: fields of the best seed, values and slopes of the oracle, on squares.

    Of an oracle with several outputs the first one is drawn; of an ensemble the mean.
    """
    if x.shape[1] != 2:
        return {}
    reach, members = float(np.quantile(np.abs(x), 0.98)), conditions.oracle.members
    grid, line = plane_grid(reach), np.linspace(-reach, reach, CONTOURS)
    mesh = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    with torch.no_grad():
        values = conditions.normalised(torch.from_numpy(mesh)).numpy()
    drawn = {"grid": grid, "fields": flows.evaluate(grid)[flows.best]}
    drawn["values"] = values.reshape(CONTOURS, CONTOURS, members, -1).mean(axis=2)[..., 0]
    slopes = _slopes(conditions, grid).reshape(len(grid), members, -1, 2).mean(axis=1)
    return drawn if slopes.shape[1] > 1 else drawn | {"slopes": slopes[:, 0]}
