"""What the numbers say, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.methods.result import Statement
from symhep.stats.intrinsic_dimension import DimensionEstimate
from symhep.stats.principal_components import PrincipalComponents
from symhep_vae.combinations import Constraint
from symhep_vae.correlations import LatentCorrelations, best_combination
from symhep_vae.ensemble import Runs
from symhep_vae.options import VaeOptions
from symhep_vae.relevance import RelevantCount

__all__ = ["Evidence", "findings"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """Everything a sentence may rest on."""

    data: Dataset
    options: VaeOptions
    runs: Runs
    count: RelevantCount
    components: PrincipalComponents
    dimension: DimensionEstimate | None
    constraints: Sequence[Constraint]
    correlations: LatentCorrelations
    effective: float


def findings(e: Evidence) -> Iterator[Statement]:
    """The physics, most important first."""
    yield _count(e)
    yield from _removed(e)
    yield from _followed(e)
    yield from _spanned(e)
    yield from _dimension(e)


def several(items: Sequence[str], at_most: int = 6) -> str:
    """'a, b and c'.

    >>> several(["a", "b", "c"])
    'a, b and c'
    """
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _directions(number: int) -> str:
    return f"{number} independent direction{'' if number == 1 else 's'}"


def _count(e: Evidence) -> Statement:
    mean, std = e.runs.relevance.mean(axis=0), e.runs.relevance.std(axis=0)
    n, count = e.count.value, e.count
    features = len(e.data.columns)
    spectrum = ", ".join(f"{m:.2g}" for m in mean)
    opening = f"{features} feature{'' if features == 1 else 's'}, {_directions(n)}"
    if count.graded:
        body = (
            f": the relevances fall step by step ({spectrum}), so the number depends on where the line is "
            f"drawn: between {count.low} and {count.high}."
        )
    else:
        body = f": {n} of {e.options.latent_dim} latents are relevant in the {len(e.runs.used)} runs ({spectrum})."
    return Statement(
        opening + body,
        {
            "value": n, "low": count.low, "high": count.high, "runs": len(e.runs.used),
            "relevance_mean": mean.tolist(), "relevance_std": std.tolist(),
        },
        "relevance",
    )  # fmt: skip


def _removed(e: Evidence) -> Iterator[Statement]:
    """What never changes, and so takes directions away."""
    linear = [c for c in e.constraints if c.exact and c.kind in ("sum", "difference", "feature")]
    removed = len(e.data.columns) - e.components.rank()
    if linear:
        zero, fixed = [c for c in linear if c.vanishes], [c for c in linear if not c.vanishes]
        told = [f"{several([c.name for c in zero])} vanish{'es' if len(zero) == 1 else ''}"] if zero else []
        told += [several([f"{c.name} = {c.centre:.5g} {c.unit}".rstrip() for c in fixed])] if fixed else []
        yield Statement(
            f"In every event {' and '.join(told)}: linear constraints that remove "
            f"{removed} of the {len(e.data.columns)} directions.",
            {
                "largest_width": {c.name: c.width for c in linear},
                "rank_of_covariance": e.components.rank(),
                "features": len(e.data.columns),
            },
            "pca",
        )
    elif removed:
        yield Statement(
            f"The covariance of the {len(e.data.columns)} features has rank {e.components.rank()}: "
            f"{removed} linear constraint{'' if removed == 1 else 's'} hold in every event.",
            {"variances": e.components.variances.tolist()},
            "pca",
        )
    curved = [c for c in e.constraints if c.kind in ("pair", "particle", "norm") and not c.vanishes]
    exact = [c for c in curved if c.exact]
    if exact:
        yield Statement(
            f"{several([f'{c.name} = {c.centre:.5g} {c.unit}'.rstrip() for c in exact])} in every event: a curved "
            "constraint, which confines the events to a surface but does not lower the number of relevant latents.",
            {c.name: {"centre": c.centre, "width": c.width} for c in exact},
        )
    narrow = [c for c in curved if not c.exact]
    if narrow:
        yield Statement(
            f"{several([f'{c.name} = {c.centre:.4g} +- {c.width:.2g} {c.unit}'.rstrip() for c in narrow])} "
            "(median and central 68 %): nearly constant, so it is at best a soft constraint.",
            {c.name: {"centre": c.centre, "width": c.width} for c in narrow},
        )


#: A multiple correlation above this (R^2 = 0.9) means that a combination is carried.
CARRIED = 0.95
#: Combinations whose correlation matrix has a smaller eigenvalue repeat each other.
NEW = 0.02
#: Below this |r| a latent mixes several quantities.
FOLLOWS = 0.9


def _followed(e: Evidence) -> Iterator[Statement]:
    """Which combination each relevant latent of the representative run follows."""
    run = e.runs.representative
    found = [(j, best_combination(e.correlations, run, j, e.effective)) for j in range(e.count.per_run[run])]
    told = [(j, f) for j, f in found if f is not None]
    if not told:
        return
    clear = [f"latent {j + 1} follows {f.name}, |r| = {abs(f.r):.2f}" for j, f in told if abs(f.r) >= FOLLOWS]
    mixed = [
        f"latent {j + 1} is closest to {f.name}, |r| = {abs(f.r):.2f}" for j, f in told if abs(f.r) < FOLLOWS
    ]
    evidence = {
        f"latent {j + 1}": {"combination": f.name, "abs_r": abs(f.r), "error": f.error} for j, f in told
    }
    yield Statement(
        f"In run {e.runs.used[run]}, the one of median loss: {'; '.join((clear + mixed)[:8])}.",
        {"run": int(e.runs.used[run])} | evidence,
        "correlations",
    )


def _spanned(e: Evidence) -> Iterator[Statement]:
    """What the relevant latents carry together, in all runs: independent of how each run rotates them."""
    c = e.correlations
    if not c.combinations or e.count.value == 0:
        return
    r, best = np.sqrt(c.span), c.best_match(e.count.per_run.tolist())
    chosen = _carried(c, r.mean(axis=0))[: e.count.value]
    if not chosen:
        return
    single = float(best[:, chosen].mean())
    rotated = (
        f" Single latents do so less well (|r| = {single:.2f} on average): each run rotates them into each other, "
        "but what they span is the same."
        if single < FOLLOWS
        else ""
    )
    parts = [f"{c.combinations[i].name} with r = {r[:, i].mean():.3f} +- {r[:, i].std():.3f}" for i in chosen]
    evidence = {
        c.combinations[i].name: {
            "r_mean": float(r[:, i].mean()), "r_std": float(r[:, i].std()),
            "r2_mean": float(c.span[:, i].mean()), "r2_std": float(c.span[:, i].std()),
            "single_latent_r_mean": float(best[:, i].mean()), "single_latent_r_std": float(best[:, i].std()),
        }
        for i in chosen
    }  # fmt: skip
    yield Statement(
        f"In {len(e.runs.used)} runs, a linear combination of the relevant latents follows {several(parts)}.{rotated}",
        evidence,
        "correlations",
    )


def _carried(c: LatentCorrelations, r: FloatArray) -> list[int]:
    """Combinations that the latents carry almost whole, linear ones first, each new beside those before it."""
    kinds = {"difference": 0, "sum": 1, "feature": 2, "norm": 3, "pair": 4, "particle": 5}
    above = np.flatnonzero(r > CARRIED).tolist()
    order: list[int] = sorted(above, key=lambda i: (kinds[c.combinations[i].kind], -r[i]))
    chosen: list[int] = []
    for i in order:
        trial = np.corrcoef([c.combinations[k].values for k in [*chosen, i]]) if chosen else np.ones((1, 1))
        # The smallest eigenvalue tells whether the newcomer is a linear function of the others.
        if np.linalg.eigvalsh(trial)[0] > NEW:
            chosen.append(i)
    return chosen


def _dimension(e: Evidence) -> Iterator[Statement]:
    if e.dimension is None:
        return
    d = e.dimension.combined
    text = f"The events lie on a set of intrinsic dimension {d.value:.2f} ({d.low:.2f} to {d.high:.2f})"
    if e.count.value > d.high + 0.5:
        text += (
            f", below the {e.count.value} relevant latents: relevance counts what a smooth code needs, "
            "and a closed or curved surface needs more numbers than it has dimensions."
        )
    elif e.count.value < d.low - 0.5:
        text += (
            f", above the {e.count.value} relevant latents: some directions vary too little, "
            f"or too finely, to be worth their KL at beta = {e.options.beta:g}."
        )
    else:
        text += f", as many as relevant latents ({e.count.value})."
    estimates = {name: i.to_json() for name, i in e.dimension.by_estimator.items()}
    yield Statement(text, {"points": e.dimension.events} | estimates)
