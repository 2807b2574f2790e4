"""Events that a search needs: ten for each function that a span is fitted to."""

from __future__ import annotations

import numpy as np
import torch

from symhep.lie.bases import poincare
from symhep_moments.fit.functions.choice import build_functions
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.guard import events_needed
from symhep_moments.sample import Events


def test_harmonics_need_no_more_events() -> None:
    x = torch.ones(5, 2, 4, dtype=torch.float64)
    events = Events(x, x[:, 0, 0], 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare())
    plain, all_ = (
        build_functions(events, FunctionOptions(harmonics=m), np.random.default_rng(1)) for m in (0, 6)
    )
    assert (plain.count, all_.count) == (38, 38 + 2 * 2 * 6)
    assert events_needed(plain, 10) == events_needed(all_, 10) == 380


def test_as_many_as_for_the_candidates() -> None:
    assert events_needed(Polynomials(2, 2), 20) == 200
