"""Parts become elements with verdicts, means with errors, and arrays."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from symhep.methods.result import Part
from symhep_symmetrygan.fit.elements import Elements

Made = Callable[..., Elements]


def test_restarts_of_all_shards_are_joined(dijet_elements: Made) -> None:
    whole = dijet_elements(number=6)
    rows = {name: values for name, values in whole.arrays.items() if len(values) == 6}
    once = {name: values for name, values in whole.arrays.items() if name not in rows}
    parts = [
        Part(arrays=once | {name: v[:4] for name, v in rows.items()} | {"posthoc_random": np.zeros(2)}),
        Part(arrays=once | {name: v[4:] for name, v in rows.items()} | {"posthoc_random": np.ones(2)}),
    ]
    found = Elements.of(parts, whole.space, whole.events, whole.options)
    assert found.arrays["final"].tolist() == whole.arrays["final"].tolist()
    assert found.arrays["posthoc_random"].tolist() == [0.0, 0.0]  # the same in all parts


def test_elements_fail_below_the_level(dijet_elements: Made) -> None:
    # Holm: the smallest of four counts four times, the next three times, ...
    log_p = np.log([0.5, 0.0051, 0.0024, 1e-300, 1.0, 1.0])
    log_p[4] = np.nan
    o = dijet_elements(number=6, log_p=log_p)
    o.arrays["log_p"][5] = np.nan
    assert o.verdict.tolist() == ["kept", "kept", "failed", "failed", "not tested", "diverged"]
    counts = o.records()["verdicts"]
    assert (counts.kept, counts.failed, counts.not_tested, counts.diverged) == (2, 2, 1, 1)
    assert o.records()["elements"] == 5


def test_losses_of_kept_and_failed_elements_are_reported_apart(dijet_elements: Made) -> None:
    loss = np.array([1.0, 1.1, 1.38, 1.39, 1.4, 0.5])
    found = dijet_elements(number=6, failed=2, posthoc_found=loss).records()["posthoc_loss"]
    assert found.failed.value == pytest.approx(1.05)
    assert found.failed.error == pytest.approx(0.05)  # half the difference of two
    assert found.kept.value == pytest.approx(1.39)
    assert found.ideal == pytest.approx(math.log(4))
    assert dijet_elements(posthoc_found=np.full(40, np.nan)).records()["posthoc_loss"] is None


def test_parameters_are_stored_in_units_of_the_data(elements_of: Made) -> None:
    final = np.array([[1.0, -1.0], [0.5, 1.0]])
    o = elements_of("line", ("x1",), scale=1.1, final=final, initial=2 * final)
    a = o.drawing()
    assert a["final"] == pytest.approx(final * [1.1, 1.0])
    assert a["initial"][:, 0] == pytest.approx(2.2 * final[:, 0])
    assert a["matrices"][0].tolist() == [[-1.0, 1.0], [0.0, 1.0]]


def test_p_that_no_float_holds_is_stored_by_its_logarithm(dijet_elements: Made) -> None:
    a = dijet_elements(number=3, log_p=np.array([-2000 * math.log(10), -np.inf, np.nan])).drawing()
    assert a["log10_p"][:2].tolist() == pytest.approx([-2000, -1e6])
    assert np.isnan(a["log10_p"][2])
