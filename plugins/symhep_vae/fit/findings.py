"""The result's summary, arrays and tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Arrays, Table
from symhep.stats.intervals import Interval
from symhep_vae.correlations import best_combination
from symhep_vae.evidence import Evidence
from symhep_vae.relevance import BAND, DECISION, THRESHOLD, information_bits, linear_relevance
from symhep_vae.sample import Sample

__all__ = ["drawing_arrays", "summarise", "tables"]

#: Events that scatter plots show.
DRAWN_EVENTS = 4000
#: Combinations a table or heat map has room for.
MAX_COMBINATIONS = 24
#: Burda et al., arXiv:1509.00519: a unit is active if the variance of its mean exceeds this.
ACTIVE = 0.01


def _numbers(values: npt.ArrayLike) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, dtype=np.float64)]


def _spread(values: npt.NDArray[np.float64]) -> dict[str, list[float | None]]:
    return {"mean": _numbers(values.mean(axis=0)), "std": _numbers(values.std(axis=0))}


def summarise(e: Evidence, sample: Sample) -> dict[str, Any]:
    """The summary of results.json. Lists run over latents in order of decreasing relevance."""
    runs, options, components = e.runs, e.options, e.components
    missing = Interval(np.nan, np.nan, np.nan, "too few distinct events")
    dimension = e.dimension.combined if e.dimension else missing
    by_estimator = {k: v.to_json() for k, v in e.dimension.by_estimator.items()} if e.dimension else {}
    final = runs.curves[:, -1, runs.used]
    active = (runs.means.var(axis=1) > ACTIVE).sum(axis=1)
    return {
        "relevance": _spread(runs.relevance) | {"runs": len(runs.used)},
        "relevant_latents": {
            "value": e.count.value, "low": e.count.low, "high": e.count.high, "method": DECISION,
            "threshold": THRESHOLD, "band": list(BAND), "per_run": e.count.per_run.tolist(),
        },
        "information_bits": _spread(information_bits(runs.relevance)),
        "kl_nats": _spread(runs.kl),
        "active_units": {"mean": float(active.mean()), "std": float(active.std()), "threshold": ACTIVE},
        "intrinsic_dimension": dimension.to_json() | {"estimators": by_estimator},
        "pca": {
            "explained_variance": _numbers(components.variances),
            "explained_variance_error": _numbers(components.errors),
            "explained_ratio": _numbers(components.explained),
            "rank": components.rank(),
            "linear_relevance": _numbers(linear_relevance(components.variances, options.beta)),
        },
        "constraints": [
            {"name": c.name, "centre": c.centre, "width": c.width, "exact": c.exact} for c in e.constraints
        ],
        "loss": {
            "reconstruction": {"mean": float(final[0].mean()), "std": float(final[0].std())},
            "kl": {"mean": float(final[1].mean()), "std": float(final[1].std())},
            "total_correlation": {"mean": float(final[2].mean()), "std": float(final[2].std())},
        },
        "runs": {
            "asked": runs.total, "used": len(runs.used),
            "diverged": int((runs.diverged_at > 0).sum()), "useless": len(runs.useless),
            "collapsed": int((e.count.per_run == 0).sum()), "representative": int(runs.used[runs.representative]),
            "epochs": runs.curves.shape[1], "steps": runs.steps,
        },
        "events": {"used": len(sample.x), "available": len(e.data), "effective": e.effective},
        "options": options.model_dump(mode="json"),
        "scaler": e.data.scaler.to_json(),
    }  # fmt: skip


def drawing_arrays(e: Evidence, rows: npt.NDArray[np.int64]) -> Arrays:
    """What the figures need. Latents of the representative run, turned so that their best |r| is an r."""
    runs, c = e.runs, e.correlations
    run = runs.representative
    signs = np.ones(runs.relevance.shape[1])
    for j in range(len(signs)):
        best = best_combination(c, run, j, e.effective)
        signs[j] = -1.0 if best is not None and best.r < 0 else 1.0
    drawn = np.linspace(0, len(rows) - 1, min(len(rows), DRAWN_EVENTS)).astype(np.int64)
    kept = _shown_combinations(e)
    names = [c.combinations[i] for i in kept]
    return {
        "relevance": runs.relevance,
        "kl": runs.kl,
        "per_run": e.count.per_run,
        "curves": runs.curves[:, :, runs.used],
        "beta": np.array(e.options.beta),
        "pca_variance": e.components.variances,
        "pca_error": e.components.errors,
        "linear_relevance": linear_relevance(e.components.variances, e.options.beta),
        "feature_names": np.array([f.name for f in e.data.columns]),
        "feature_labels": np.array([f.label or f.name for f in e.data.columns]),
        "feature_units": np.array([f.unit for f in e.data.columns]),
        "features": e.data.values[rows[drawn]],
        "latent_means": (runs.means[run][drawn] * signs).astype(np.float32),
        "representative_relevance": runs.relevance[run],
        "combination_names": np.array([n.name for n in names] or [""])[: len(names)],
        "combination_labels": np.array([n.label for n in names] or [""])[: len(names)],
        "correlation": c.matrix[run][:, kept] * signs[:, None],
        "span_mean": c.span.mean(axis=0)[kept],
        "span_std": c.span.std(axis=0)[kept],
        "used": runs.used,
    }


def _shown_combinations(e: Evidence) -> list[int]:
    """Positions of the combinations worth a row: features first, then what the latents carry best."""
    c = e.correlations
    span = c.span.mean(axis=0)
    features = [i for i, n in enumerate(c.combinations) if n.kind == "feature"]
    others = sorted(set(range(len(span))) - set(features), key=lambda i: -span[i])
    kept = features[:MAX_COMBINATIONS] + others[: max(0, MAX_COMBINATIONS - len(features))]
    return sorted(kept)


def tables(e: Evidence) -> dict[str, Table]:
    """Latents with their relevance, and combinations with what the relevant latents carry of them."""
    runs, c = e.runs, e.correlations
    mean, std = runs.relevance.mean(axis=0), runs.relevance.std(axis=0)
    latents = []
    for j in range(len(mean)):
        best = best_combination(c, runs.representative, j, e.effective)
        relevant = mean[j] > THRESHOLD
        latents.append((
            j + 1, round(float(mean[j]), 3), round(float(std[j]), 3), round(float(runs.kl[:, j].mean()), 3),
            best.name if best is not None and relevant else "", round(abs(best.r), 3) if best and relevant else None,
        ))  # fmt: skip
    found = {
        "latents": Table(
            ("latent", "relevance", "spread over runs", "KL [nats]", "follows", "|r|"),
            tuple(latents),
            "Latents in order of relevance; the last two columns are those of the run of median loss.",
        )
    }
    matched = c.best_match(e.count.per_run.tolist())
    rows = tuple(
        (
            c.combinations[i].name, round(float(c.span[:, i].mean()), 4), round(float(c.span[:, i].std()), 4),
            round(float(matched[:, i].mean()), 3), round(float(matched[:, i].std()), 3),
        )
        for i in _shown_combinations(e)
    )  # fmt: skip
    if rows:
        found["combinations"] = Table(
            ("combination", "R^2", "spread", "best |r|", "spread"),
            rows,
            "Share of each combination's variance that the relevant latents carry together (R^2), and the largest "
            "correlation with one of them; mean and spread over the runs.",
        )
    return found
