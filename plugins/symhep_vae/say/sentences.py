"""What the numbers say, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Statement
from symhep_vae.correlations import LatentCorrelations, best_combination
from symhep_vae.evidence import Evidence

__all__ = ["findings"]

FloatArray = npt.NDArray[np.float64]


def findings(e: Evidence) -> Iterator[Statement]:
    """The physics, most important first."""
    yield _count(e)
    yield from _removed(e)
    yield from _followed(e)
    yield from _spanned(e)
    yield from _dimension(e)
    yield from _length(e)


#: Spreads over runs below this are not worth their digits.
SMALLEST_SPREAD = 1e-5


def several(items: Sequence[str], at_most: int = 6) -> str:
    """'a, b and c'.

    >>> several(["a", "b", "c"])
    'a, b and c'
    """
    shown = list(items[:at_most])
    if len(items) > at_most:
        shown.append(f"{len(items) - at_most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def measured(values: FloatArray) -> str:
    """Mean over the runs and their spread, to one digit of the spread.

    >>> measured(np.array([5.0, 5.2])), measured(np.array([0.99822, 0.99818])), measured(np.array([0.9]))
    ('5.1 +- 0.1', '0.99820 +- 0.00002', '0.9')
    """
    mean, spread = float(values.mean()), float(values.std())
    if len(values) == 1 or not np.isfinite(spread):
        return f"{mean:.3g}"
    if spread < SMALLEST_SPREAD:
        return f"{mean:.5g} (spread < {SMALLEST_SPREAD:g})"
    places = max(0, -int(f"{spread:.0e}".partition("e")[2]))
    return f"{mean:.{places}f} +- {spread:.{places}f}"


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _count(e: Evidence) -> Statement:
    mean, std = e.runs.relevance.mean(axis=0), e.runs.relevance.std(axis=0)
    n, count, rank, runs = e.count.value, e.count, e.components.rank(), len(e.runs.used)
    spectrum = ", ".join(measured(rho) for rho in e.runs.relevance.T)
    features = _plural(len(e.data.columns), "feature")
    agree = int((count.per_run == n).sum())
    where = "in the only run" if runs == 1 else f"in {'all' if agree == runs else f'{agree} of'} {runs} runs"
    relevant = (
        f"{n} of {e.options.latent_dim} latents {'is' if n == 1 else 'are'} relevant {where} ({spectrum})"
    )
    if e.inconclusive:
        text = (
            f"{features}, but no conclusion on the number of independent directions is possible: "
            f"{e.inconclusive}. As it stands, {relevant}."
        )
    elif e.surplus:
        cause = (
            "a deterministic autoencoder does not suppress redundant latents"
            if e.options.variant == "ae"
            else f"the training has not ended: raise {e.longer}"
        )
        text = (
            f"{features}, at most {_plural(rank, 'independent direction')}: no more exist linearly (rank of the "
            f"covariance). {relevant[0].upper()}{relevant[1:]}, a number not to rely on: more than {rank} "
            f"mean{'s' if rank == 0 else ''} that {cause}."
        )
    elif count.graded:
        text = (
            f"{features}, {_plural(n, 'independent direction')}: the relevances fall step by step ({spectrum}), "
            f"so the number depends on where the line is drawn: between {count.low} and {count.high}."
        )
    else:
        text = f"{features}, {_plural(n, 'independent direction')}: {relevant}."
    return Statement(
        text,
        {
            "value": n, "low": count.low, "high": count.high, "runs": runs, "rank_of_covariance": rank,
            "relevance_mean": mean.tolist(), "relevance_std": std.tolist(),
        },
        "relevance",
    )  # fmt: skip


def _removed(e: Evidence) -> Iterator[Statement]:
    """What never changes, and so takes directions away."""
    # As many events as features span fewer directions whatever the physics.
    if e.events > len(e.data.columns):
        yield from _linear(e)
    curved = [c for c in e.constraints if c.kind in ("pair", "particle", "norm") and not c.vanishes]
    exact = [c for c in curved if c.exact]
    if exact:
        one = len(exact) == 1
        yield Statement(
            f"{several([f'{c.name} = {c.centre:.5g} {c.unit}'.rstrip() for c in exact])} in every event: "
            f"{'a curved constraint, which confines' if one else 'curved constraints, which confine'} the events "
            f"to a surface but {'does' if one else 'do'} not lower the number of relevant latents.",
            {c.name: {"centre": c.centre, "width": c.width} for c in exact},
        )
    narrow = [c for c in curved if not c.exact]
    if narrow:
        soft = "it is at best a soft constraint" if len(narrow) == 1 else "they are at best soft constraints"
        yield Statement(
            f"{several([f'{c.name} = {c.centre:.4g} +- {c.width:.2g} {c.unit}'.rstrip() for c in narrow])} "
            f"(median and central 68 %): nearly constant, so {soft}.",
            {c.name: {"centre": c.centre, "width": c.width} for c in narrow},
        )


def _linear(e: Evidence) -> Iterator[Statement]:
    """Features, sums and differences that never change, each told once."""
    linear = [c for c in e.constraints if c.exact and c.kind in ("sum", "difference", "feature")]
    fixed_features = [c.name for c in linear if c.kind == "feature"]
    follow = {f"{a} {sign} {b}" for a in fixed_features for b in fixed_features for sign in "+-"}
    linear = [c for c in linear if c.name not in follow]
    features, rank = len(e.data.columns), e.components.rank()
    removed = features - rank
    if linear:
        zero, fixed = [c for c in linear if c.vanishes], [c for c in linear if not c.vanishes]
        told = [f"{several([c.name for c in zero])} vanish{'es' if len(zero) == 1 else ''}"] if zero else []
        told += [several([f"{c.name} = {c.centre:.5g} {c.unit}".rstrip() for c in fixed])] if fixed else []
        what = "a linear constraint that removes" if len(linear) == 1 else "linear constraints that remove"
        # Noise added to the features hides a constraint from the covariance.
        effect = f": {what} {removed} of the {features} directions" if removed else ""
        yield Statement(
            f"In every event {' and '.join(told)}{effect}.",
            {
                "largest_width": {c.name: c.width for c in linear},
                "rank_of_covariance": rank,
                "features": features,
            },
            "pca",
        )
    elif removed:
        yield Statement(
            f"The covariance of the {_plural(features, 'feature')} has rank {rank}: "
            f"{_plural(removed, 'linear constraint')} hold{'s' if removed == 1 else ''} in every event.",
            {"variances": e.components.variances.tolist()},
            "pca",
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
    parts = [f"{c.combinations[i].name} with r = {measured(r[:, i])}" for i in chosen]
    evidence = {
        c.combinations[i].name: {
            "r_mean": float(r[:, i].mean()), "r_std": float(r[:, i].std()),
            "r2_mean": float(c.span[:, i].mean()), "r2_std": float(c.span[:, i].std()),
            "single_latent_r_mean": float(best[:, i].mean()), "single_latent_r_std": float(best[:, i].std()),
        }
        for i in chosen
    }  # fmt: skip
    yield Statement(
        f"In {_plural(len(e.runs.used), 'run')}, a linear combination of the relevant latents follows "
        f"{several(parts)}.{rotated}",
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
    latents = _plural(e.count.value, "relevant latent")
    if e.inconclusive or e.surplus:
        text += "."
    elif e.count.value > d.high + 0.5:
        text += (
            f", below the {latents}: relevance counts what a smooth code needs, "
            "and a closed or curved surface needs more numbers than it has dimensions."
        )
    elif e.count.value < d.low - 0.5:
        text += (
            f", above the {latents}: some directions vary too little, "
            f"or too finely, to be worth their KL at beta = {e.options.beta:g}."
        )
    else:
        text += f", as many as relevant latents ({e.count.value})."
    estimates = {name: i.to_json() for name, i in e.dimension.by_estimator.items()}
    yield Statement(text, {"points": e.dimension.events} | estimates)


def _length(e: Evidence) -> Iterator[Statement]:
    if e.raised:
        epochs = e.options.epochs_for(e.events)
        yield Statement(
            f"epochs was raised from {e.options.epochs} to {epochs}, so that each network makes "
            f"min_steps = {e.options.min_steps} steps.",
            {"asked": e.options.epochs, "epochs": epochs, "steps": e.runs.steps},
        )
