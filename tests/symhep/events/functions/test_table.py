"""What holds for every function of the event."""

from __future__ import annotations

import awkward as ak
import numpy as np
import pytest

from symhep.card.expressions import parse_expression
from symhep.events.batch import momentum_records
from symhep.events.evaluate import per_event
from symhep.events.functions import PHYSICS_FUNCTIONS

RNG = np.random.default_rng(9)
COUNTS = np.concatenate([np.arange(42), RNG.integers(0, 42, 60)])


def _lists(counts: np.ndarray) -> ak.Array:
    fields = {name: RNG.normal(0, 40, counts.sum()) for name in ("px", "py", "pz")}
    fields["E"] = np.sqrt(sum(p**2 for p in fields.values()) + 25)
    return momentum_records({name: ak.unflatten(p, counts) for name, p in fields.items()})


SCOPE = {"jets": _lists(COUNTS), "met": _lists(np.ones_like(COUNTS))}
CALLS = {
    "MT": "MT(jets[0], met[0])",
    "MT2": "MT2(jets[0], jets[1], met[0], 10)",
    "fox_wolfram": "fox_wolfram(3, jets, met)",
    "cos_theta_CS": "cos_theta_CS(jets[0], jets[1])",
    "phi_CS": "phi_CS(jets[0], jets[1])",
}


@pytest.mark.parametrize("name", PHYSICS_FUNCTIONS)
def test_other_events_change_no_bit(name: str) -> None:
    call = parse_expression(CALLS.get(name, f"{name}(jets)"))
    whole = per_event(call, SCOPE, len(COUNTS))
    alone = [per_event(call, {k: v[[i]] for k, v in SCOPE.items()}, 1)[0] for i in range(len(COUNTS))]
    np.testing.assert_array_equal(whole, alone)
    assert np.isfinite(whole[COUNTS > 1]).all()


@pytest.mark.parametrize("name", PHYSICS_FUNCTIONS)
def test_every_function_says_what_it_is(name: str) -> None:
    function = PHYSICS_FUNCTIONS[name]
    assert function.doc
    assert function.unit in ("", "GeV", "rad")
    assert any(function.accepts(0, kind) for kind in ("full", "massless", "three", "transverse"))
