"""HT and the transverse mass, by hand."""

from __future__ import annotations

import math

import awkward as ak
import numpy as np
import pytest

from symhep.card.expressions import parse_expression
from symhep.events.batch import momentum_records
from symhep.events.evaluate import evaluate


def objects(pt: list[list[float]], phi: list[list[float]]) -> ak.Array:
    zero = ak.Array(pt) * 0
    return momentum_records({"pt": ak.Array(pt), "eta": zero + 2.0, "phi": ak.Array(phi), "mass": zero})


SCOPE = {
    "jets": objects([[50.0, 30.0], [], [20.0]], [[0.0, 3.0], [], [1.0]]),
    "e": objects([[40.0], [35.0], []], [[0.5], [-3.0], []]),
    "met": objects([[30.0], [60.0], [10.0]], [[2.0], [3.0], [0.0]]),
}


def test_scalar_sums() -> None:
    assert evaluate(parse_expression("HT(jets)"), SCOPE).to_list() == pytest.approx([80, 0, 20])
    found = evaluate(parse_expression("HT(jets, e, met[0])"), SCOPE).to_list()
    assert found == pytest.approx([150, 95, 30])


def test_transverse_mass() -> None:
    found = evaluate(parse_expression("MT(e[0], met[0])"), SCOPE).to_list()
    expected = [
        math.sqrt(2 * 40 * 30 * (1 - math.cos(1.5))),
        math.sqrt(2 * 35 * 60 * (1 - math.cos(6.0))),
    ]
    assert found[:2] == pytest.approx(expected, rel=1e-12)
    assert found[2] is None, "there is no electron"


def test_of_every_member() -> None:
    found = evaluate(parse_expression("max(MT(jets, met[0]))"), SCOPE).to_list()
    first = [math.sqrt(2 * pt * 30 * (1 - math.cos(phi - 2))) for pt, phi in ((50, 0), (30, 3))]
    assert found == pytest.approx([max(first), -np.inf, math.sqrt(400 * (1 - math.cos(1)))])
