"""Systematic variations in the covariance of moments, in p-values and in bounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
import torch

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.variation import Alternative, Variation
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.methods.result import Result
from symhep_moments.fit.bounds.limits import bounds_of
from symhep_moments.fit.bounds.options import BoundOptions
from symhep_moments.fit.conditional.varied import partialled_under
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.points import Points
from symhep_moments.fit.sums import moments_of
from symhep_moments.fit.systematics import chains, largest_tests, moments_under
from symhep_moments.method import MomentConditions
from symhep_moments.options import MomentsOptions
from symhep_moments.record import MomentsRecord
from symhep_moments.sample import Sample, prepare
from symhep_moments.varied import VariedEvents

FloatArray = npt.NDArray[np.float64]
MC = frozenset({"data"})


def events(n: int = 1500, seed: int = 1) -> Dataset:
    x = np.random.default_rng(seed).normal(size=(n, 3))
    return Dataset.from_array(x, columns=("px", "py", "pz"), scaling="isotropic")


def modulated(data: Dataset, size: float) -> FloatArray:
    x = data.values
    return np.asarray(1 + size * np.cos(2 * np.arctan2(x[:, 1], x[:, 0])))


def varied(data: Dataset, rule: str, *weights: FloatArray, same: bool = True) -> Dataset:
    alternatives = tuple(
        Alternative(str(i), replace(data, weights=w), same) for i, w in enumerate(weights, 1)
    )
    return replace(data, variations=(*data.variations, Variation("s", rule, alternatives, MC)))  # type: ignore[arg-type]


def fit(data: Dataset, **options: object) -> tuple[Sample, Result[MomentsRecord]]:
    method, context = MomentConditions(), Context(seed_sequence(1, "moments", 0))
    asked = {"generators": "rotations", "discrete": None} | options
    sample = method.prepare(data, MomentsOptions(**asked))
    return sample, method.combine(sample, [method.fit(sample, Shard(), context)], context)


FUNCTIONS = Polynomials(3, 2)


def under(data: Dataset):  # type: ignore[no-untyped-def]
    sample = prepare(data, MomentsOptions(generators="rotations"))
    own = sample.events

    def covered(some):  # type: ignore[no-untyped-def]
        return moments_of(some.x, some.weights, FUNCTIONS, own.generators)

    def along(x):  # type: ignore[no-untyped-def]
        from symhep_moments.fit.fields import LinearFields

        return FUNCTIONS.along(x, LinearFields(own.generators, "cpu", None)(x))

    return sample, covered, moments_under(covered(own), sample.variations, own, along, covered)


@pytest.mark.parametrize("same", [True, False])
def test_covariance_is_that_of_the_events_plus_half_the_difference_of_up_and_down(same: bool) -> None:
    data = events()
    data = varied(data, "up_down", modulated(data, 0.2), modulated(data, -0.1), same=same)
    sample, covered, found = under(data)
    up, down = (covered(e).mean for e in sample.variations[0].alternatives)
    d = (up - down) / 2
    added = found.nominal.covariance - found.statistical.covariance
    assert np.allclose(added, np.multiply.outer(d, d), atol=1e-15)
    assert found.others == ()
    assert found.nominal.nu == found.statistical.nu


def test_an_envelope_has_no_term_and_moments_of_its_own() -> None:
    data = events()
    weights = modulated(data, 0.3)
    sample, covered, found = under(varied(data, "envelope", weights))
    own = covered(sample.variations[0].alternatives[0])
    (other,) = found.others
    assert np.array_equal(found.nominal.covariance, found.statistical.covariance)
    assert np.allclose(other.mean, own.mean)
    ratio = (
        (weights**2).sum() / weights.sum() ** 2 * len(weights)
    )  # n_eff of equal weights over that of these
    assert np.allclose(other.covariance, ratio * found.statistical.covariance)


def test_the_largest_p_value_over_an_envelope_counts() -> None:
    data = events()
    broken = replace(data, weights=modulated(data, 0.4))  # a breaking that the alternative does not have
    _, _, found = under(varied(broken, "envelope", np.ones(len(data))))
    alone = [largest_tests([m])["J_z"].log_p for m in found.every]
    joined = largest_tests(found.every)["J_z"]
    assert joined.kind == "bound"
    assert joined.log_p == max(alone)
    assert alone[0] < np.log(1e-4) < np.log(0.01) < alone[1]
    both = chains(found.every, 0.01)
    assert both.each[0].found < 3
    assert both.largest.found == 3
    assert both.where is found.others[0]


def test_a_breaking_inside_its_variation_is_no_breaking() -> None:
    data = events(4000)
    data = replace(data, weights=modulated(data, 0.2))
    _, plain = fit(data)
    _, known = fit(varied(data, "up_down", modulated(data, 0.4), np.ones(len(data))))
    before, after = (next(c for c in r.record.candidates if c.label == "J_z") for r in (plain, known))
    assert before.rejected is True
    assert after.rejected is False
    assert after.upper_95 is not None
    assert before.upper_95 is not None
    assert after.upper_95 > before.upper_95
    assert after.size is not None
    assert before.size is not None
    assert after.size.value == pytest.approx(before.size.value)
    assert before.size.low is not None
    assert before.size.low > 0 == after.size.low
    terms = known.record.systematic_terms
    assert terms is not None
    assert (terms.of, terms.parametric, terms.nuisance_parameters, terms.envelopes) == (
        "events",
        ("s",),
        1,
        (),
    )
    assert (terms.without_systematics["J_z"].p_value or 0.0) < 1e-3


def test_an_exact_test_is_one_of_the_nominal_simulation() -> None:
    data = events(800)
    _, plain = fit(data, discrete={"elements": ["P"], "classifier": None, "neighbours": False})
    _, known = fit(
        varied(data, "up_down", modulated(data, 0.01), modulated(data, -0.01)),
        discrete={"elements": ["P"], "classifier": None, "neighbours": False},
    )
    kinds = [[*(c.p_kind for c in r.record.candidates), r.record.discrete[0].p_kind] for r in (plain, known)]
    assert kinds == [["exact"] * 4, ["asymptotic"] * 4]
    words = " ".join(s.text for s in MomentConditions().statements(known.record))
    assert "include systematic variations of the simulation: s (1 nuisance parameter" in words
    assert "These p-values are not exact" in words
    heads = MomentConditions().tables(known.record)["candidates"].columns
    assert "p, statistical only" in [head.name for head in heads]


def test_data_alone_have_no_variations() -> None:
    _, found = fit(events(800))
    assert found.record.systematic_terms is None
    assert "varied_keys" not in found.arrays


@pytest.mark.parametrize("same", [True, False])
def test_a_varied_size_is_that_of_the_varied_events(same: bool) -> None:
    data = events(2000)
    weights = modulated(data, 0.3)
    elements = {"elements": ["reflection(x)"], "classifier": None, "neighbours": False}
    data = varied(data, "up_down", weights, same=same)
    sample, found = fit(data, discrete=elements)
    shifted = MomentConditions().vary(
        sample, found, "s", data.variations[0].alternatives[0], Context(seed_sequence(1, "moments", 0))
    )
    w = weights / weights.sum()
    x = data.values
    m2 = abs(w @ np.exp(2j * np.arctan2(x[:, 1], x[:, 0])))
    own = shifted["candidates[J_z].size"]
    # |m|^2 less the trace of the nominal covariance, (1 - |m_0|^2) / (n - 1)
    m0 = abs(np.exp(2j * np.arctan2(x[:, 1], x[:, 0])).mean())
    assert own.value == pytest.approx(np.sqrt(m2**2 - (1 - m0**2) / (len(x) - 1)), rel=1e-6)
    assert own.error is not None
    # The same events, so that their difference is known better than either: by Var(delta cos) / n.
    assert own.error < 0.3 / np.sqrt(len(x))
    key = "discrete[reflection(x)].size"
    assert shifted[key].value == pytest.approx(w @ np.sign(x[:, 0]), abs=1e-12)


def test_bounds_hold_the_union_of_an_envelope() -> None:
    data = events(2000)
    sample = prepare(varied(data, "envelope", modulated(data, 0.3)), MomentsOptions(generators="rotations"))
    options = BoundOptions()
    both = bounds_of(sample.events, FUNCTIONS, options, sample.variations)
    alone = bounds_of(sample.events, FUNCTIONS, options)
    name = next(n for n in both.region.quantities if n.startswith("v_2") and n.endswith("about z"))
    q = both.region.quantities[name]
    assert q.shifts is None
    assert q.others is not None
    w = modulated(data, 0.3) / modulated(data, 0.3).sum()
    phi = np.arctan2(data.values[:, 1], data.values[:, 0])
    assert np.allclose(q.others[0], [w @ np.cos(2 * phi), w @ np.sin(2 * phi)])
    (_, low, high), (_, low_alone, high_alone) = both.region.ends(name), alone.region.ends(name)
    assert low == min(low, low_alone)
    assert high > high_alone


def test_other_weights_of_a_reference_move_its_moments_by_their_influences() -> None:
    rng = np.random.default_rng(2)

    def points(n: int, width: float) -> Points:
        x = torch.from_numpy(rng.normal(size=(n, 1, 2)) * [1.0, width])
        return Points(x, torch.ones(n, dtype=torch.float64))

    data, reference = points(3000, 1.5), points(5000, 1.4)
    phi = torch.atan2(reference.x[:, 0, 1], reference.x[:, 0, 0])
    other = Points(reference.x, 1 + 0.05 * torch.cos(2 * phi))

    def variation(same: bool) -> VariedEvents:
        return VariedEvents("s", "up_down", 0.6827, ("up",), (_Like(other),), (same,))  # type: ignore[arg-type]

    def features(x: torch.Tensor) -> FloatArray:
        r = (x[:, 0] ** 2).sum(dim=1).numpy() - 2
        return np.stack([r, r**2 / 10], axis=1)

    functions = Polynomials(2, 2)
    first, anew = (
        partialled_under([variation(same)], data, reference, features, functions.values).under
        for same in (True, False)
    )
    assert first is not None
    assert anew is not None
    largest = np.abs(anew.differences).max()
    assert np.allclose(first.differences, anew.differences, atol=0.05 * largest)


class _Like:
    """Events by their points."""

    def __init__(self, points: Points) -> None:
        self.x, self.weights, self.source = points.x, points.weights, points.unit


def test_weights_that_are_no_sample() -> None:
    data = events(500)
    wrong = varied(data, "up_down", -np.ones(len(data)))
    with pytest.raises(MethodError, match=r"variation 's', alternative '1', .* sum must be positive"):
        prepare(wrong, MomentsOptions(generators="rotations"))
