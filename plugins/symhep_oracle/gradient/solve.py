"""The gradient solver: train the scan over N_g, decide, and hand back generators as the exact solver does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError
from symhep.methods.context import Task
from symhep.torchkit.streams import replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_oracle.fit.conditions import Conditions
from symhep_oracle.fit.fields import Fields, LinearFields
from symhep_oracle.fit.solution import Solution
from symhep_oracle.gradient.algebra_terms import NORM
from symhep_oracle.gradient.decision import (
    RESOLUTION,
    Trial,
    Verdict,
    against_spectrum,
    closure_gap,
    decide,
    orthonormalised,
    worst_violation,
)
from symhep_oracle.gradient.families import MatrixFamily
from symhep_oracle.gradient.forms import quadratic_form
from symhep_oracle.gradient.invariance import AnyInvariance, Invariance, QuadraticInvariance, RootInvariance
from symhep_oracle.gradient.options import GradientOptions
from symhep_oracle.gradient.record import Diagonal, GradientRecord, LossRecord, ScanRow
from symhep_oracle.gradient.training import PARTS, Training, train
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.record import SolverRecord

__all__ = ["build_invariance", "scanned", "solve"]

FloatArray = npt.NDArray[np.float64]

#: Largest N_g tried unless the card says more.
LARGEST = 10
#: Replicas trained side by side where the losses have no closed form.
TOGETHER = 8


def scanned(options: GradientOptions, unknowns: int) -> tuple[int, ...]:
    """The values of N_g, increasing.

    >>> scanned(GradientOptions(), 4)
    (1, 2, 3, 4)
    """
    return tuple(sorted(set(options.generators or range(1, min(unknowns, LARGEST) + 1))))


def build_invariance(
    oracle: Oracle,
    x: Tensor,
    weights: FloatArray,
    options: GradientOptions,
    scale: float = 1.0,
    output_scale: Tensor | None = None,
    device: str = "cpu",
) -> Invariance:
    """The loss (4) on the points ``x`` (N, D): in closed form for quadratic oracles and their roots.

    The points are divided by ``scale``, the outputs by ``output_scale`` (k,).
    """
    sizes = torch.ones((), dtype=torch.float64) if output_scale is None else output_scale

    def function(points: Tensor) -> Tensor:
        return oracle(points * scale) / sizes.to(points.device)

    points = x / scale
    shares = torch.as_tensor(weights / weights.sum(), dtype=torch.float64).to(device)
    form = (
        quadratic_form(function, points, oracle.precision)
        if oracle.layout.vectors == 1 and oracle.anywhere
        else None
    )
    points = points.to(device)
    if form is None:
        return AnyInvariance(function, oracle.layout, points, shares, options.epsilon, options.difference)
    kind = RootInvariance if form[1] else QuadraticInvariance
    return kind(form[0].to(device), points, shares, options.epsilon, options.difference)


def solve(
    oracle: Oracle,
    x: Tensor,
    weights: FloatArray,
    fields: Fields,
    options: GradientOptions,
    seeds: np.random.SeedSequence,
    scale: float = 1.0,
    device: str = "cpu",
    advance: Task | None = None,
) -> Solution:
    """Generators by the losses (4)-(7), for every N_g of the scan and every seed at once.

    ``x`` (N, D), ``weights`` (N,) not negative, ``scale`` the unit of the fields, as for the exact solver;
    ``advance`` counts ``epochs`` steps in all. Raises `CardError` for fields that are no matrices.

    >>> from symhep_oracle.oracles.layout import Layout
    >>> from symhep_oracle.oracles.norms import Norm
    >>> x = torch.randn(100, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    >>> fields, options = LinearFields(Layout(1, 2)), GradientOptions(epochs=3000, generators=(1, 2))
    >>> seeds = np.random.SeedSequence(1)
    >>> found = solve(Norm(fields.layout, 2), x, np.ones(100), fields, options, seeds)
    >>> found.dimension, bool(abs(found.coefficients[0, 1] + found.coefficients[0, 2]) < 0.01)
    (1, True)
    """
    if not isinstance(fields, LinearFields) or fields.affine:
        raise CardError(
            "the gradient solver trains matrices only, not translations or polynomial fields",
            hint="use solver: exact, or remove affine and degree",
        )
    keep = np.linspace(0, len(x) - 1, min(options.points, len(x))).astype(np.int64)
    used, shares = x[torch.from_numpy(keep)], weights[keep]
    unit = scale if options.normalise else 1.0
    conditions = Conditions(oracle, fields, x, weights, scale)
    invariance = build_invariance(
        oracle, used, shares, options, unit, conditions.output_scale if options.normalise else None, device
    )
    family = MatrixFamily(fields.layout, options.family, device)
    counts = [n for n in scanned(options, family.unknowns) for _ in range(options.seeds)]
    streams = replica_seeds(seeds, len(counts))

    def group(members: list[int]) -> Training:
        return train(
            [counts[r] for r in members],
            [streams[r] for r in members],
            family,
            invariance,
            options,
            groups=max(counts),
            device=device,
            advance=advance if members[0] == 0 else None,
        )

    # Small operations are bound by the interpreter, which two threads would only fight for; large ones gain.
    work = len(counts) * max(counts) * len(used) * fields.layout.features
    shared = invariance.automatic and work > 1_000_000
    training = Training.join(in_groups(group, len(counts), device, most=TOGETHER if shared else len(counts)))
    return _solution(training, np.array(counts), family, fields, conditions, options)


def _solution(
    training: Training,
    counts: npt.NDArray[np.int64],
    family: MatrixFamily,
    fields: LinearFields,
    conditions: Conditions,
    options: GradientOptions,
) -> Solution:
    grams = conditions.grams()
    gram, oracle = grams.mean, conditions.oracle
    rows = [
        fields.coefficients(family.matrices(orthonormalised(theta[:n])))
        for theta, n in zip(training.theta, counts, strict=True)
    ]
    losses = training.parts[-1].sum(axis=1)
    trials = [
        Trial(
            int(n),
            float(loss),
            worst_violation(c, gram),
            closure_gap(np.sqrt(NORM) * fields.matrices(c)),
        )
        for n, loss, c in zip(counts, losses, rows, strict=True)
    ]
    closed = options.weights.closure > 0
    verdict = decide(trials, options.epsilon, closed=closed, approximate=oracle.approximate)
    if not oracle.approximate:
        basis = fields.coefficients(family.matrices(np.eye(family.unknowns)))
        within = np.linalg.eigvalsh(basis @ gram @ basis.T) / np.linalg.eigvalsh(gram)[-1]
        verdict = against_spectrum(verdict, int((within <= (RESOLUTION * options.epsilon) ** 2).sum()))
    found = rows[verdict.chosen] if verdict.dimension else np.zeros((0, fields.unknowns))
    vectors = np.linalg.eigh(gram)[1]
    # A Gram matrix knows null values to the root of its rounding only: a second look at the events.
    squares, _ = conditions.along(vectors, 0)
    sizes = np.sqrt(squares.sum(axis=0) / conditions.weights.sum())
    order = np.argsort(sizes, kind="stable")
    sizes, vectors = sizes[order], vectors[:, order]
    moved = np.einsum("ki,bki->bi", vectors, grams.pieces(vectors))
    noise = np.sqrt((moved**2).sum(axis=0)) / (2 * np.maximum(sizes, np.finfo(float).tiny)) / sizes[-1]
    same = [
        r for r, t in enumerate(trials)
        if t.generators == verdict.dimension and t.violation <= trials[verdict.chosen].violation * 10
    ]  # fmt: skip
    return Solution(
        coefficients=found,
        influences=np.concatenate([_spread(found, [rows[r] for r in same]), _tilt(found, fields, options)]),
        spectrum=sizes / sizes[-1],
        noise=np.minimum(noise, sizes / sizes[-1]),
        dimension=verdict.dimension,
        stability=verdict.stability,
        reason=verdict.reason,
        residuals=np.sqrt(np.maximum(np.einsum("gk,kl,gl->g", found, gram, found), 0.0)) / sizes[-1],
        solver=SolverRecord(
            name="gradient", gradient=_record(training, counts, trials, verdict, family, options)
        ),
        arrays=_arrays(training, counts, trials, verdict, family),
    )


def _spread(found: FloatArray, seeds: list[FloatArray]) -> FloatArray:
    """(S, G, K): how far the span of each seed lies from the generators, so that squares add up to the variance."""
    if not seeds:
        return np.zeros((1, *found.shape))
    moved = np.array([found @ c.T @ c - found for c in seeds])
    return np.asarray(moved / np.sqrt(max(len(seeds) - 1, 1)))


def _tilt(found: FloatArray, fields: LinearFields, options: GradientOptions) -> FloatArray:
    """(G, G, K): what the step eps moves each generator by, one piece per generator, so that it counts as an error.

    (1 + eps W) x keeps phi to second order if W = T + eps T^2 / 2; what of T^2 lies in the span is no error. The
    other terms of the loss pull W part of the way back to T.
    """
    count, unknowns = found.shape
    pieces = np.zeros((count, count, unknowns))
    if count and options.difference == "forward" and options.family == "general":
        matrices = fields.matrices(found)
        second = options.epsilon / 2 * np.sqrt(NORM) * fields.coefficients(np.asarray(matrices @ matrices))
        pieces[np.arange(count), np.arange(count)] = second - second @ found.T @ found
    return pieces


def _record(
    training: Training,
    counts: npt.NDArray[np.int64],
    trials: list[Trial],
    verdict: Verdict,
    family: MatrixFamily,
    options: GradientOptions,
) -> GradientRecord:
    final = training.parts[-1]
    losses = final.sum(axis=1)
    scan = []
    for n in sorted(set(counts.tolist())):
        members = np.flatnonzero(counts == n)
        best = members[losses[members].argmin()]
        scan.append(
            ScanRow(
                asked=n,
                loss=LossRecord(best=losses[best], median=np.median(losses[members])),
                parts=dict(zip(PARTS, final[best].tolist(), strict=True)),
                violation=trials[best].violation,
                closure_gap=trials[best].gap,
                successes=verdict.successes[n],
                seeds=len(members),
            )
        )
    diagonal = None
    if verdict.dimension:
        # To second order W = T + eps T^2 / 2 leaves phi alone: differences forward move the diagonal by this much.
        w = family.matrices(training.theta[verdict.chosen][: verdict.dimension])
        free = options.family == "general" and options.difference == "forward"
        diagonal = Diagonal(
            measured=_diagonal_rms(w),
            second_order=options.epsilon / 2 * _diagonal_rms(w @ w) if free else 0.0,
        )
    return GradientRecord(
        scan=scan, epsilon=options.epsilon, difference=options.difference,
        resolution=RESOLUTION * options.epsilon, diagonal=diagonal,
    )  # fmt: skip


def _diagonal_rms(matrices: npt.NDArray[Any]) -> float:
    """Root mean square of the real parts of the diagonal entries of (G, d, d)."""
    return float(np.sqrt((np.diagonal(matrices, axis1=1, axis2=2).real ** 2).mean()))


def _arrays(
    training: Training,
    counts: npt.NDArray[np.int64],
    trials: list[Trial],
    verdict: Verdict,
    family: MatrixFamily,
) -> dict[str, npt.NDArray[Any]]:
    """What the figures need, under names that begin with gradient_."""
    shown = verdict.chosen if verdict.chosen >= 0 else int(training.parts[-1].sum(axis=1).argmin())
    snapshots = training.snapshots[:, shown, : counts[shown]]
    return {
        "gradient_counts": counts,
        "gradient_shown": np.array(shown),
        "gradient_dimension": np.array(verdict.dimension),
        "gradient_epochs": training.epochs,
        "gradient_parts": training.parts,
        "gradient_violation": np.array([t.violation for t in trials]),
        "gradient_snapshot_epochs": training.snapshot_epochs,
        "gradient_snapshots": family.matrices(snapshots),
        "gradient_constants": training.constants[shown],
    }
