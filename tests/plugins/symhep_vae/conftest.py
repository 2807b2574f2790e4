"""A record made by hand: two back-to-back muons, three of six latents relevant in four runs."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from symhep_vae.record import VaeRecord


def number(value: float, error: float, unit: str = "") -> dict[str, Any]:
    return {"value": value, "low": value - error, "high": value + error, "level": 0.6827, "unit": unit}


def combination(name: str, kind: str, r: float, single: float) -> dict[str, Any]:
    return {
        "name": name, "label": f"${name[0]}$", "kind": kind, "r_squared": number(r * r, 0.01), "r": number(r, 0.002),
        "single_r": number(single, 0.1),
    }  # fmt: skip


NAMES = [f"p{a}({p})" for p in ("mu-", "mu+") for a in "xyz"]
DIFFERENCES = [f"p{a}(mu-) - p{a}(mu+)" for a in "xyz"]
JSON: dict[str, Any] = {
    "relevance": {"mean": [5.1, 4.8, 4.4, 0.05, 0.04, 0.03], "std": [0.4, 0.2, 0.2, 0.02, 0.02, 0.02]},
    "relevant_latents": {
        "value": 3, "low": 3, "high": 3, "threshold": 1.0, "band": [0.5, 2.0], "per_run": [3, 3, 3, 3],
    },
    "information_bits": {"mean": [2.4, 2.3, 2.2, 0.0, 0.0, 0.0], "std": [0.1, 0.1, 0.1, 0.0, 0.0, 0.0]},
    "kl_nats": {"mean": [1.6, 1.5, 1.4, 0.01, 0.01, 0.01], "std": [0.1, 0.1, 0.1, 0.002, 0.002, 0.002]},
    "active_units": number(3.0, 0.3),
    "intrinsic_dimension": {
        "value": 2.02, "low": 1.91, "high": 2.15, "method": "TwoNN", "points": 4000,
        "estimators": {"TwoNN": {"value": 2.02, "low": 1.95, "high": 2.1}},
    },
    "intrinsic_dimension_latent": {"value": 2.0, "low": 1.9, "high": 2.1, "level": 1.0},
    "pca": {
        "variances": [number(v, 0.1) for v in (2.1, 2.0, 1.9, 0.0, 0.0, 0.0)], "rank": 3,
        "linear_relevance": [6.4, 6.2, 6.1, 0.0, 0.0, 0.0],
    },
    "near_constants": [
        {
            "name": f"p{a}(mu-) + p{a}(mu+)", "kind": "sum", "unit": "GeV", "value": 0.0, "low": -1e-9, "high": 1e-9,
            "level": 0.68, "constraint": True, "vanishes": True,
        }
        for a in "xyz"
    ],
    "features": [{"name": n, "label": f"${n[:2]}$", "unit": "GeV", "spread": 1.0} for n in NAMES],
    "combinations": [combination(n, "feature", 0.99, 0.8) for n in NAMES]
    + [combination(n, "difference", 0.992, 0.8) for n in DIFFERENCES],
    "carried": DIFFERENCES,
    "followed": [
        {"combination": DIFFERENCES[1], "r": number(0.95, 0.01)},
        {"combination": DIFFERENCES[0], "r": number(0.72, 0.01)},
        {"combination": DIFFERENCES[2], "r": number(0.68, 0.01)},
    ],
    "loss_terms": {
        "reconstruction": number(0.3, 0.01), "kl_divergence": number(4.5, 0.1), "total_correlation": number(0.0, 0.0),
        "fall": 0.01, "fall_epochs": 4,
    },
    "runs": {
        "asked": 4, "used": 4, "diverged": 0, "first_divergence": None, "useless": 0, "representative": 2,
        "epochs": 20, "epochs_asked": 20, "steps": 1560,
    },
    "split": {"trained": 10_000, "validated": 0, "neither": 0},
    "validation": None,
    "events": {"used": 10_000, "available": 10_000, "effective": 10_000.0, "negative": 0.0},
    "beta": 0.1,
    "variant": "vae",
}  # fmt: skip


@pytest.fixture
def make_record() -> Callable[..., VaeRecord]:
    """The record with changes, dotted paths into its JSON to values: ``make_record({"runs.used": 1})``."""

    def make(changes: dict[str, Any] | None = None) -> VaeRecord:
        stored = deepcopy(JSON)
        for path, value in (changes or {}).items():
            *folders, key = path.split(".")
            place: Any = stored
            for folder in folders:
                place = place[int(folder) if folder.isdigit() else folder]
            place[int(key) if key.isdigit() else key] = value
        return VaeRecord.from_json(stored)

    return make
