from __future__ import annotations

import json

import numpy as np
import pytest

from symhep.stats.intervals import quantile_interval


def test_quantiles_of_a_uniform_ladder() -> None:
    interval = quantile_interval(np.arange(101), "ladder")
    assert (interval.value, interval.low, interval.high) == pytest.approx((50, 2.5, 97.5))


def test_what_is_not_finite_is_left_out() -> None:
    assert quantile_interval([1.0, np.nan, np.inf], level=0.5).value == 1.0


def test_nothing_left_is_stored_as_null() -> None:
    assert (
        json.dumps(quantile_interval([]).to_json())
        == '{"value": null, "low": null, "high": null, "method": ""}'
    )
