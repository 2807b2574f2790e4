"""Sentences from records made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from symhep.hypotheses.algebra.record import Alternative
from symhep.lie.identify.identification import TOO_LARGE
from symhep.methods.number import Number
from symhep_oracle.fit.record import (
    BreakingRecord,
    BrokenGenerator,
    CompareRecord,
    FiniteRecord,
    MultiplesRecord,
    Survivors,
    WholeAlgebra,
)
from symhep_oracle.gradient.record import FlowsRecord, LossRecord
from symhep_oracle.latent.record import AlongRecord, LatentRecord
from symhep_oracle.learned.record import QualityRecord, TrainingRecord
from symhep_oracle.record import (
    FieldName,
    GeneratorRecord,
    NearlyNull,
    OracleRecord,
    SolverRecord,
    SpectrumRecord,
    SpuriousField,
    SupportRecord,
)
from symhep_oracle.say.sentences import sentences

Make = Callable[..., OracleRecord]


def texts(record: OracleRecord, kind: str | None = None) -> list[str]:
    return [s.text for s in sentences(record) if kind in (None, s.kind)]


def updated(part: Any, **changes: Any) -> Any:
    return part.model_copy(update=changes)


def test_the_first_sentence_names_algebra_oracle_and_generators(so2: Make) -> None:
    assert texts(so2()) == [
        "so(2) preserves |x|: 1 generator (J_12) (stability 1; residual: invariance 1e-16).",
        "Of 4 singular values 1 is at most 1e-16 relative to the largest, the next is 0.500 ± 0.020. "
        "Values below the rounding "
        "are zero.",
        "The generators act on (x1, x2).",
    ]


def test_no_generator(so2: Make) -> None:
    record = so2()
    none = updated(record.algebra, dimension=0, name="0", identification=None)
    found = texts(updated(record, algebra=none, generators=()))
    assert found[0] == "No continuous symmetry: none of the matrices (4 unknowns) preserves |x|."
    trained = updated(record, algebra=none, generators=(), solver=SolverRecord(name="gradient"))
    assert texts(trained)[0].startswith(
        "The training found no matrices that preserve |x|. Too few epochs or seeds"
    )


def test_a_symmetry_that_holds_nearly(so2: Make) -> None:
    record = so2()
    nearly = updated(
        record.algebra,
        name="so(2), broken by up to 5 %",
        unbroken="so(2)",
        breaking=Number(value=5.0, unit="%"),
    )
    assert texts(updated(record, algebra=nearly))[0].startswith(
        "so(2), broken by up to 5 % (relative to the largest change along any field), approximately "
        "preserves |x|: 1 "
        "generator (J_12)"
    )


def test_a_name_that_rests_on_widened_errors(so2: Make) -> None:
    record = so2()
    found = updated(record.algebra.identification, widened=True)
    wide = updated(record.algebra, unbroken="so(2)", identification=found)
    assert not [t for t in texts(record) if "common systematic" in t]
    (text,) = [t for t in texts(updated(record, algebra=wide)) if "common systematic" in t]
    assert text.startswith(
        "The commutators of the generators are not in their span within the errors of events and networks"
    )


def test_an_algebra_that_cannot_be_told(so2: Make) -> None:
    record = so2()
    names = (Alternative(name="so(3)", share=0.5), Alternative(name="e(2)", share=0.5))
    unsure = updated(record.algebra, dimension=3, name="ambiguous", unbroken="ambiguous", alternatives=names)
    text = texts(updated(record, algebra=unsure))[0]
    assert (
        "the Lie algebra cannot be identified: several names are compatible within the "
        "errors (so(3) (50 %)" in text
    )
    blind = updated(unsure, identification=updated(record.algebra.identification, how=TOO_LARGE))
    assert "the errors are too large to distinguish algebras" in texts(updated(record, algebra=blind))[0]
    fields = updated(unsure, identification=None, alternatives=())
    assert (
        "neither clearly compatible with zero nor clearly different from it"
        in texts(updated(record, algebra=fields))[0]
    )


def test_generators_that_do_not_close(so2: Make) -> None:
    record = so2()
    open_ = updated(record.algebra, dimension=2, name="not closed")
    text = texts(updated(record, algebra=open_))[0]
    assert "they do not form a Lie algebra, since their commutators are not in their span" in text


def test_low_stability_is_reported_with_other_names(so2: Make) -> None:
    record = so2()
    assert not texts(record, "warning")
    names = (Alternative(name="so(2)", share=0.6), Alternative(name="R", share=0.4))
    unsure = updated(record.algebra, stability=0.8, dimension_stability=0.5, alternatives=names)
    assert texts(updated(record, algebra=unsure), "warning") == [
        "Low stability: the number of generators (1) is found in a fraction 0.5 of the resamplings, the "
        "name in 0.4. Other names: R (40 %)."
    ]


def test_spurious_fields_and_constraints(so2: Make) -> None:
    fields = (
        SpuriousField(name="D", overlap=1.0, moves_no_event=False),
        SpuriousField(name="E_33", overlap=1.0, moves_no_event=True),
    )
    support = SupportRecord(constraints=("x3 is 0",), checked_off_support=True, spurious=fields)
    assert texts(so2(support=support), "warning") == [
        "Excluded as spurious: D preserves the oracle only on these events, not in their neighbourhood; "
        "E_33 acts trivially on "
        "these events. Reason: the events satisfy constraints (x3 is 0)."
    ]
    unchecked = SupportRecord(constraints=("x3 is 0",), checked_off_support=False, spurious=())
    (text,) = texts(so2(support=unchecked), "warning")
    assert "this oracle cannot be evaluated outside it" in text


def test_finite_transformations_that_change_the_oracle(so2: Make) -> None:
    (text,) = texts(so2(finite=FiniteRecord(step=0.3, change=(0.1,), moved=(0.25,))), "warning")
    assert (
        "by 0.3 (angle in rad, or rapidity) along J_12 change the oracle for 25.0% to 25.0% of the events"
        in text
    )
    assert not texts(so2(finite=FiniteRecord(step=0.3, change=(0.0,), moved=(0.0,))), "warning")


def test_a_field_that_nearly_is_one_more_generator(so2: Make) -> None:
    nearly = NearlyNull(singular_value=2e-9, field=FieldName(name="D", overlap=1.0))
    (text,) = texts(so2(nearly_null=(nearly,)), "warning")
    assert text.startswith("One further field, D (overlap 1.000), approximately preserves the oracle")
    assert "or a symmetry on a surface, near which the events lie" in text


def test_negative_weights(so2: Make) -> None:
    signed = updated(so2().events, negative=0.1)
    (text,) = texts(so2(events=signed), "warning")
    assert text.startswith("10% of the sum of |w| has negative weight. Events are weighted by |w|")


def test_momenta_that_replace_features(so2: Make) -> None:
    record = so2()
    layout = updated(record.vectors, acts_on="momenta", number=2, unused=("pt",))
    (text,) = texts(updated(record, vectors=layout, unit="GeV"), "warning")
    assert text == (
        "The generators act on (x1, x2) of each of the 2 objects in GeV; the variables pt of the feature "
        "set are not used (to use them: acts_on: features)."
    )


def compared(**changes: Any) -> CompareRecord:
    near = Number.with_error(0.1, 0.02, "rad")
    record = CompareRecord(
        name="so(2)", dimension=1, principal_angles=(0.1,), distance=near, largest_angle_outside=near, rounding=0.0
    )  # fmt: skip
    return updated(record, **changes)


def test_the_distance_to_a_named_algebra_has_its_error(so2: Make) -> None:
    (text,) = [t for t in texts(so2(compare=compared())) if "Grassmann" in t]
    assert text == (
        "The Grassmann distance of the generator to so(2) (1) is 0.100 ± 0.020 rad (principal angles 0.1 "
        "rad)."
    )


def test_a_distance_of_rounding_is_none(so2: Make) -> None:
    equal = compared(principal_angles=(1e-16,), rounding=1e-15)
    assert (
        "The generator spans so(2), exactly up to rounding: the largest principal angle is 1e-16 rad."
        in texts(so2(compare=equal))
    )
    weak = SpectrumRecord(values=(1e-16, 1e-9, 0.7, 1.0), standard_errors=(0.0, 0.0, 0.0, 0.0))
    (text,) = [t for t in texts(so2(compare=equal, spectrum=weak)) if "spans so(2)" in t]
    assert "by the smallest non-zero singular value, 1e-09: the events lie near a surface" in text


def test_breaking(so2: Make) -> None:
    breaking = BreakingRecord(
        oracle="|x|_1", strengths=(0.1,), surviving=Survivors(name="0", generator_names=()),
        broken=(BrokenGenerator(name="J_12", violation=(Number.with_error(0.1, 0.01),)),),
        algebra_of_the_whole=(WholeAlgebra(at_strength=0.1, dimension=1, name="so(2)", stability=1.0),),
    )  # fmt: skip
    found = texts(so2(breaking=breaking))
    assert "With lambda times |x|_1 added, the unbroken symmetry is trivial; broken: J_12." in found
    assert any(
        "For lambda = 0.1 the oracle as a whole is preserved by so(2) (1 generator)" in t for t in found
    )


def test_products_of_polynomial_fields(so2: Make) -> None:
    record = so2()
    changes: dict[str, Any] = {
        "algebra": updated(record.algebra, dimension=2, name="closed", identification=None),
        "fields": updated(record.fields, family="polynomials", degree=2),
        "generators": tuple(GeneratorRecord(name=f"v{i}", residual=Number(value=0.0)) for i in (1, 2)),
        "multiples": MultiplesRecord(lowest=("v1",), degree=1, factors=("1", "x1"), explained=2),
    }
    assert any(
        t.startswith("They are v1 times 1 and x1. The product of a symmetry field and any function")
        for t in texts(so2(**changes))
    )
    changes["residual"] = updated(record.residual, closure=Number(value=0.5))
    changes["algebra"] = updated(changes["algebra"], name="not closed")
    assert any("a bracket of degree m + n - 1, up to 3" in t for t in texts(so2(**changes)))


@pytest.mark.parametrize(("trained", "warned"), [(0.80, False), (0.99, True)])
def test_overtrained_networks(so2: Make, trained: float, warned: bool) -> None:
    held = QualityRecord(name="AUC", score=Number.with_error(0.8, 0.01), loss=0.5)
    other = QualityRecord(name="AUC", score=Number.with_error(trained, 0.01), loss=0.5)
    report = TrainingRecord(
        task="classifier", classes=("a", "b"), target=None, members=3, restarted=0, useless=1, steps=10, trained_on=80,
        held_out=20, quality=held, quality_trained=other,
    )  # fmt: skip
    record = so2()
    found = texts(updated(record, oracle=updated(record.oracle, training=report)))
    assert any(
        "2 networks trained to predict a and b on 80 events: AUC = 0.800 ± 0.010 on 20 held-out events" in t
        for t in found
    )
    assert any("overtrained" in t for t in found) == warned
    assert "1 of 3 networks was not better than a constant prediction and was excluded." in found


def test_flows_in_a_latent_space(so2: Make) -> None:
    def along(flow: float, line: float) -> AlongRecord:
        spread = {"low": 0.0, "high": 1.0, "level": None}
        return AlongRecord(flow=Number(value=flow, **spread), random_line=Number(value=line, **spread))

    latent = LatentRecord(
        latents=2, inputs=9, autoencoder="trained here", unexplained_variance=0.05, measured_on=100,
        flows=3, length=1.5,
        change_of_outputs=along(0.1, 2.0), change_of_probability=along(0.0, 0.5), changed_class=along(0.01, 0.4),
    )  # fmt: skip
    found = " ".join(texts(so2(latent=latent)))
    assert (
        "its outputs change by 0.1 (0 to 1); along straight lines of the same length in random directions "
        "by 2." in found
    )
    assert "1.0% of the events change class, compared with 40.0%." in found
    assert "2 latents describe 9 features; 5.0% of the variance is not reconstructed" in found


def flows(so2: Make, **changes: Any) -> OracleRecord:
    record = so2()
    field = GeneratorRecord(
        name="v_1", residual=Number.with_error(0.06, 0.03), along_contours=Number.with_error(0.974, 0.008)
    )
    trained = FlowsRecord(
        asked=1, found_per_seed=(1, 1), best=1, trained_on=300, measured_on=1700, loss=LossRecord(best=0.1, median=0.2),
        parts={}, along_by_chance=0.5, directions=Number(value=1.0), in_plane=True, fields=(),
    )  # fmt: skip
    return updated(
        record,
        generators=(field,),
        solver=SolverRecord(name="flows", flows=updated(trained, **changes)),
        algebra=updated(record.algebra, name="vector fields, no matrix algebra", stability=0.9),
    )


def test_trained_fields(so2: Make) -> None:
    first, second = texts(flows(so2))
    assert first == (
        "The trained vector field follows the contours of |x|: 97.4 ± 0.8 % of |v|^2 is along the contours "
        "on 1700 held-out events (random direction: 50%), and the change of the oracle is 0.060 ± 0.030 of "
        "the largest possible for a step of this size."
    )
    assert "not a Lie algebra of matrices" in second


def test_trained_fields_that_are_missing(so2: Make) -> None:
    warned = texts(flows(so2, asked=2), "warning")
    assert len(warned) == 1
    assert warned[0].endswith("Too few epochs give the same result as no symmetry.")
