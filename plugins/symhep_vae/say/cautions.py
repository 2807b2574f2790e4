"""What a reader must know before believing the findings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symhep.methods.result import Statement
from symhep_vae.evidence import MIN_EVENTS, Evidence
from symhep_vae.sample import Sample

__all__ = ["cautions"]

#: Adam moves a parameter by about the learning rate a step: with fewer steps irrelevant latents have not yet
#: been switched off (1000 events and 140 steps: six of six latents relevant where three are).
MIN_STEPS = 700
#: The loss still falling by more than this share over the last fifth of the epochs.
STILL_FALLING = 0.05
#: An azimuth this close to the jump at pi [rad], on both sides, in this share of the |weight|.
JUMP = 0.1
JUMPING = 0.2


def cautions(e: Evidence, sample: Sample) -> Iterator[Statement]:
    """Warnings, those that matter most first."""
    yield from _lost_runs(e)
    yield from _count(e)
    yield from _training(e, sample)
    yield from _inputs(e, sample)
    if e.options.variant == "ae":
        yield _warn(
            "A deterministic autoencoder has no posterior width. Its relevance here is the change of the "
            "reconstruction when a latent is held at its mean, in units of sqrt(beta/2), the resolution of the "
            "VAE; redundant latents are not suppressed, so their number says little.",
            variant=e.options.variant,
        )


def _warn(text: str, figure: str | None = None, **evidence: object) -> Statement:
    return Statement(text, evidence, figure, kind="warning")


def _lost_runs(e: Evidence) -> Iterator[Statement]:
    when = e.runs.diverged_at[e.runs.diverged_at > 0]
    if len(when):
        yield _warn(
            f"{len(when)} of {e.runs.total} runs diverged, the first at epoch {when.min()}; raw GeV features are "
            "the usual cause: use scaling: standard. The other runs are shown.",
            "loss",
            diverged=len(when),
            epochs=when.tolist(),
        )
    if len(e.runs.useless):
        yield _warn(
            f"{len(e.runs.useless)} of {e.runs.total} runs reconstruct worse than the mean of the features does "
            "and are left out.",
            "loss",
            runs=e.runs.useless.tolist(),
        )


def _count(e: Evidence) -> Iterator[Statement]:
    collapsed = int((e.count.per_run == 0).sum())
    if collapsed:
        yield _warn(
            f"{collapsed} of {len(e.runs.used)} runs collapsed: no latent carries information, because every "
            f"direction varies less than beta = {e.options.beta:g} in the scaled features, or the training is "
            "too short. Lower beta, or set warmup.",
            "relevance",
            collapsed=collapsed,
        )
    all_relevant = e.count.value == e.options.latent_dim and e.options.variant != "ae"
    if all_relevant and e.components.rank() > e.count.value and not e.inconclusive:
        yield _warn(
            f"Every latent is relevant: {e.count.value} is a lower bound. Raise latent_dim above it.",
            "relevance",
            relevant=e.count.value,
            latent_dim=e.options.latent_dim,
        )
    elif e.count.low < e.count.per_run.min() or e.count.high > e.count.per_run.max():
        yield _warn(
            "Some latents lie within a factor two of the threshold, relevance 1: their directions vary about as "
            "much as the resolution that beta sets. A scan of beta shows where they come in.",
            "relevance",
            low=e.count.low,
            high=e.count.high,
        )
    if len(e.runs.used) < 5:
        yield _warn(
            f"{len(e.runs.used)} runs give no reliable spread; 15 or more are usual.", runs=len(e.runs.used)
        )


def _training(e: Evidence, sample: Sample) -> Iterator[Statement]:
    if e.runs.steps < MIN_STEPS:
        yield _warn(
            f"Only {e.runs.steps} optimiser steps: the networks have hardly moved. Raise {e.longer}.",
            "loss",
            steps=e.runs.steps,
        )
    total = (e.runs.curves[0] + e.options.beta * e.runs.curves[1])[:, e.runs.used].mean(axis=1)
    epochs = len(total)
    back = max(1, epochs // 5)
    if epochs > back and e.options.warmup < epochs - back:
        drop = float(1 - total[-1] / total[-1 - back]) if total[-1 - back] > 0 else 0.0
        if drop > STILL_FALLING:
            yield _warn(
                f"The loss still fell by {drop:.0%} over the last {back} epoch{'' if back == 1 else 's'}: "
                f"the training had not ended. Raise {e.longer} or learning_rate.",
                "loss",
                drop=drop,
            )
    if len(sample.x) < MIN_EVENTS:
        yield _warn(
            f"Only {len(sample.x)} events: no conclusion on the number of directions is possible.",
            events=len(sample.x),
        )


def _inputs(e: Evidence, sample: Sample) -> Iterator[Statement]:
    spread = sample.x.std(axis=0)
    if spread.max(initial=0.0) > 10:
        yield _warn(
            f"The scaled features spread up to {spread.max():.3g}: beta = {e.options.beta:g} is then tiny beside "
            "them and training may fail. Use scaling: standard.",
            largest_spread=float(spread.max()),
        )
    flat = [c.name for c, s in zip(e.data.columns, spread, strict=True) if s < 1e-9]
    if flat:
        yield _warn(
            f"{', '.join(flat)} never change{'s' if len(flat) == 1 else ''} and cannot tell anything.",
            features=flat,
        )
    yield from _azimuths(e, sample)
    negative = sample.weights < 0
    if negative.any():
        share = float(-sample.weights[negative].sum() / np.abs(sample.weights).sum())
        yield _warn(
            f"{share:.1%} of the |weight| is negative: it enters the loss, spreads and correlations with its sign; "
            f"the sample is worth {e.effective:.0f} unweighted events. The intrinsic dimension ignores weights.",
            negative=share,
            effective_events=e.effective,
        )


def _azimuths(e: Evidence, sample: Sample) -> Iterator[Statement]:
    """Back-to-back directions lie at +pi or -pi as rounding has it."""
    weights = np.abs(sample.weights) / np.abs(sample.weights).sum()
    jumping = {}
    for column, phi in zip(e.data.columns, e.data.values[sample.rows].T, strict=True):
        if "phi" in (column.variable or column.name):
            above, below = (float(weights[np.abs(phi - jump) < JUMP].sum()) for jump in (np.pi, -np.pi))
            if above and below and above + below > JUMPING:
                jumping[column.name] = {"near_pi": above, "near_minus_pi": below}
    for name, share in jumping.items():
        yield _warn(
            f"{name} is within {JUMP:g} rad of pi or -pi in {sum(share.values()):.0%} of the events: phi jumps at "
            "pi, so one direction looks like two values far apart; use px, py or cos.",
            "latents",
            **share,
        )
