"""The sevenfold surface: Z_7 and no other, without its order being named."""

from __future__ import annotations

import numpy as np

from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions


def test_sevenfold() -> None:
    """x ~ N(0, 1)^3, y = x3 / (1 + (phi mod 2 pi / 7)), by the whole method."""
    x = np.random.default_rng(1).normal(size=(1600, 3))
    y = x[:, 2] / (1 + np.arctan2(x[:, 1], x[:, 0]) % (2 * np.pi / 7))
    data = Dataset.from_array(np.c_[x, y], scaling="isotropic")
    options = MomentsOptions.model_validate(
        {
            "generators": "so(4)", "bounds": False, "functions": {"fourier": 4},
            "discrete": {"elements": [], "scan": "J_12", "classifier": None, "randomisations": 99},
        }
    )  # fmt: skip
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    method.check(data, options)
    sample = method.prepare(data, options)
    record = method.combine(sample, [method.fit(sample, Shard(), context)], context).record
    assert record.discrete == ()
    assert record.cyclic_scan is not None
    assert (record.cyclic_scan.verdict, record.cyclic_scan.name) == ("cyclic", "Z_7 of x1 and x2")
    assert {row.p_kind for row in record.cyclic_scan.cyclic_groups} == {"exact"}
    assert [s.text for s in method.statements(record) if s.text.startswith("Scan of J_12")]
    assert "scan" in method.tables(record)
