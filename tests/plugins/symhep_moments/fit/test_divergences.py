"""Projections of what is kept, and of one broken candidate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from symhep.events.dataset import Dataset
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep.readers.toy.particles import density
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord


def found(**options: object) -> Result[MomentsRecord]:
    momenta = density("two_body", a_fb=0.7).draw(np.random.default_rng(1), 4000)
    data = Dataset.from_array(momenta.reshape(4000, -1), scaling="isotropic")
    data = replace(data, momenta=momenta, particles=("mu-", "mu+"))
    chosen = MomentsOptions(generators="rotations", subgroups=False, discrete=None, bounds=False, **options)
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    sample = method.prepare(data, chosen)
    return method.worded(method.combine(sample, [method.fit(sample, Shard(), context)], context))


def test_the_axis_is_kept_and_a_turn_across_it_is_seen() -> None:
    made = found()
    kl = made.record.kl
    assert kl is not None
    assert (kl.kept.number, kl.failed.number, made.record.first_rejected) == (1, 1, "J_x")
    azimuth, polar = map(kl.projections.index, ("azimuth of mu-", "cos theta of mu-"))
    kept, failed = kl.kept.excess or (), kl.failed.excess or ()
    assert kept[azimuth].vanishes
    assert abs(kept[polar].value or 0.0) < 1e-9
    assert (failed[polar].value or 0.0) > 10 * (failed[polar].error or 0.0)
    assert list(made.histograms["projection: azimuth of mu-"].axes[0]) == ["events", "kept", "rejected"]
    assert any("Excess KL divergence" in s.text and "(violated)" in s.text for s in made.statements)


def test_elements_that_leave_the_fiducial_region_are_not_shown() -> None:
    """A cut on pt is kept by turns about the beam; one on px is not."""
    kept = found(edges=[{"variable": "pt", "above": 0.001, "width": 0.01}])
    assert kept.record.kl is not None
    assert found(edges=[{"variable": "px", "above": -1e-3, "width": 0.1, "particle": 1}]).record.kl is None
