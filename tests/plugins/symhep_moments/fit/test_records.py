"""The tests of a real fit become the record, arrays, tables, sentences and figures."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import norm

from symhep.events.dataset import Dataset
from symhep.lie.algebra import structure_constants
from symhep.lie.bases import poincare
from symhep.methods.context import Context, seed_sequence
from symhep.methods.result import Result
from symhep.methods.symmetry import Symmetry
from symhep.plotting.style import use_style
from symhep.readers.toy.particles import density
from symhep_moments.figures.all import draw_all
from symhep_moments.fit.discrete.options import ClassifierOptions, DiscreteOptions
from symhep_moments.fit.measured import Measurement
from symhep_moments.fit.measurement import measure
from symhep_moments.fit.records import arrays_of, record_of
from symhep_moments.options import MomentsOptions
from symhep_moments.record import AlgebraRecord, MomentsRecord
from symhep_moments.sample import prepare
from symhep_moments.say.sentences import sentences
from symhep_moments.say.tables import tables

EVENTS = 3000
QUICK = DiscreteOptions(
    elements=("P", "T", "reflection(z)"),
    randomisations=99,
    classifier=ClassifierOptions(epochs=1, min_steps=20),
)
OPTIONS = MomentsOptions(level=0.05, discrete=QUICK)


def measured(toy: str, asked: MomentsOptions = OPTIONS, **options: object) -> Measurement:
    x = density(toy, **options).draw(np.random.default_rng(3), EVENTS)
    flat = Dataset.from_array(x.reshape(EVENTS, -1), scaling="isotropic")
    data = replace(flat, momenta=x, particles=("1", "2"))
    sample = prepare(data, asked)
    return measure(sample, Context(seed_sequence(1, "moments", 0)))


@pytest.fixture(scope="module")
def dijets() -> Measurement:
    return measured("dijets")


@pytest.fixture(scope="module")
def isotropic() -> Measurement:
    return measured("two_body")


def test_the_record_is_json_and_says_what_was_found(dijets: Measurement) -> None:
    s = json.loads(json.dumps(record_of(dijets).to_json(), allow_nan=False))
    assert MomentsRecord.from_json(s) == record_of(dijets)
    assert s["algebra"]["dimension"] == 1
    assert s["algebra"]["p_value"] == pytest.approx(10 ** s["algebra"]["log10_p"])
    assert [c["label"] for c in s["candidates"]] == list(poincare().labels)
    assert [c["label"] for c in s["candidates"] if c["rejected"] is False] == ["J_z"]
    assert [t["dimension"] for t in s["chain"]] == list(range(10, 0, -1))
    assert [t["dimension"] for t in s["chain"] if not t["rejected"]] == [1]
    assert s["maximal_subgroups"] == ["SO(2)"]
    assert next(row for row in s["subgroups"] if row["name"] == "SO(2)")["at_lab"]
    assert s["events"] == {
        "used": EVENTS, "available": EVENTS, "effective": EVENTS, "negative": 0.0, "copies": 0,
        "alike": 0,
    }  # fmt: skip


def test_the_generator_is_of_length_one_with_its_errors(dijets: Measurement) -> None:
    (generator,) = record_of(dijets).generators
    assert generator.label == "J_z"
    assert math.fsum(c**2 for c in generator.coefficients.values()) == pytest.approx(1.0)
    for label, value in generator.coefficients.items():
        truth = float(label == "J_z")
        # ten coefficients, each within its own error: p < 1e-5 for any beyond five
        assert abs(value - truth) < 5 * generator.errors[label] + 1e-3 * truth
    assert generator.angle_95 is not None
    assert 0 < generator.angle_95 < 0.1


def test_pulls_are_moments_over_errors(dijets: Measurement) -> None:
    a, m = arrays_of(dijets), dijets.moments
    k, g = 7, 4
    assert a["pulls"].shape == m.mean.shape
    assert a["pulls"][k, g] == pytest.approx(m.mean[k, g] / math.sqrt(m.covariance[k, g, k, g]))
    # J_z holds: its pulls are normal, and of K functions none is beyond what one in 1e5 samples has
    worst = norm.isf(1e-5 / (2 * len(m.labels)))
    assert np.nanmax(np.abs(a["pulls"][:, 2])) < worst
    assert np.nanmax(np.abs(a["pulls_found"])) < worst
    assert np.nanmax(np.abs(a["pulls"][:, 5])) > worst  # no boost along z moves an azimuth: those are NaN


def test_candidates_off_the_support_are_not_tested(isotropic: Measurement) -> None:
    s = record_of(isotropic)
    assert s.algebra.dimension == 3
    assert s.algebra.name == "so(3)"
    off = [c for c in s.candidates if c.how == "support"]
    assert [c.label for c in off] == [n for n in poincare().labels if not n.startswith("J")]
    assert all(c.log10_p is None and c.rejected is None and c.size is None for c in off)
    assert {row.label for row in s.support.excluded} == {c.label for c in off}
    a = arrays_of(isotropic)
    assert a["pulls"].shape[1] == 3
    assert a["generators"].shape == (3, 10)
    assert np.abs(a["generators"][:, 3:]).max() == 0.0


def test_the_result_can_be_told_and_drawn(dijets: Measurement, isotropic: Measurement) -> None:
    for o, words in ((dijets, "SO(2) about the beam axis"), (isotropic, "SO(3) (J_x, J_y, J_z)")):
        record = MomentsRecord.from_json(json.loads(json.dumps(record_of(o).to_json())))
        assert f"The 3,000 events are compatible with {words} (p = " in next(sentences(record)).text
        told = {"candidates", "ranks", "generators", "subgroups", "discrete"}
        # isotropic decays lie on a surface, of energy and momentum
        assert set(tables(record)) == told | ({"surface"} if o is isotropic else set())
        with use_style():
            figures = [f.name for f in draw_all(Result(record, arrays_of(o)))]
        plt.close("all")
        assert {"p_values", "lattice", "ranks", "generators", "limits", "moments"} <= set(figures)
    assert "maps" not in figures


def test_elements_that_act_alike_share_a_test(dijets: Measurement) -> None:
    rows = {d.name: d for d in record_of(dijets).discrete}
    assert rows["T"].same_as == "P"
    assert rows["T"].p == rows["P"].p
    assert set(rows["P"].tests) == {"moments", "classifier", "neighbours"}
    a = rows["P"].size
    assert a is not None
    assert -1 <= (a.low or 0.0) <= (a.value or 0.0) <= 1


def test_the_clearest_bin_is_that_of_most_errors(dijets: Measurement) -> None:
    s = record_of(dijets)
    maps = {m.label: m for m in dijets.maps}
    # a shift of the energy changes no direction: its map is empty
    assert [b.label for b in s.clearest_bins] == [label for label in maps if label != "P_t"]
    for b in s.clearest_bins:
        m = maps[b.label]
        assert b.departure.value is not None
        assert b.departure.error is not None
        assert abs(b.departure.value) / b.departure.error == pytest.approx(
            np.nanmax(np.abs(m.values) / m.errors)
        )


def test_nothing_found() -> None:
    alone = MomentsOptions(discrete=None, subgroups=None, bounds=None, exact_below=0)
    o = measured("dijets", alone, modulation=0.9)
    s = record_of(o)
    assert s.algebra == AlgebraRecord(dimension=0, name="0")
    assert s.generators == ()
    assert arrays_of(o)["generators"].shape == (0, 10)
    assert "No continuous symmetry" in next(sentences(s)).text


def test_the_symmetry_is_what_the_labels_state(dijets: Measurement, isotropic: Measurement) -> None:
    """J_z, and not what was measured: with a trace of a boost in it, it would generate no rotations."""
    found = Symmetry.of(Result(record_of(dijets), arrays_of(dijets)))
    assert found is not None
    assert (found.acts_on, found.vectors, found.labels) == ("momenta", 2, ("J_z",))
    assert (found.generators[0] == poincare()["J_z"]).all()
    held = [t for t in dijets.discrete if not (t.rejected or t.trivial or t.same_as)]
    assert found.names == tuple(t.name for t in held)
    signs = {"P": [1, -1, -1, -1], "reflection(z)": [1, 1, 1, -1]}  # T moves momenta as P does
    for name, element in zip(found.names, found.elements, strict=True):
        assert (element == np.diag([*signs[name], *signs[name], 1])).all()
    space = Symmetry.of(Result(record_of(isotropic), arrays_of(isotropic)))
    assert space is not None
    assert set(space.labels) == {"J_x", "J_y", "J_z"}
    assert structure_constants(space.generators).residual < 1e-12


def test_one_claim_has_one_p(dijets: Measurement, isotropic: Measurement) -> None:
    """'J_z' and 'SO(2) about the beam', 'all three rotations' and 'SO(3) as it stands' are one hypothesis each."""
    s = record_of(dijets)
    lab, j_z = s.subgroup("SO(2)").lab, next(c for c in s.candidates if c.label == "J_z")
    assert lab is not None
    assert lab.log10_p == pytest.approx(j_z.log10_p, rel=1e-9)
    answer = next(sentences(s))
    assert answer.evidence["log10_p"] == lab.log10_p
    # one generator closes always: the algebra is the rank test's hypothesis
    assert s.algebra.p == next(t for t in s.chain if t.dimension == 1).p
    space = record_of(isotropic)
    lab, rank = space.subgroup("SO(3)").lab, next(t for t in space.chain if t.dimension == 3)
    assert lab is not None
    assert lab.log10_p == pytest.approx(rank.log10_p, rel=1e-6)
    assert space.algebra.p == rank.p
