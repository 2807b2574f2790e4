"""The reader of the toys: names, options, streams that do not depend on chunks, collections and weights."""

from __future__ import annotations

from typing import Any, get_args

import awkward as ak
import numpy as np
import pytest
from pydantic import ValidationError

import symhep
from symhep.card.loader import load_card
from symhep.errors import InputError
from symhep.events.batch import EventBatch
from symhep.events.select import Selector
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.toy import ToyOptions, ToyReader
from symhep.readers.toy.dijets import Dijets
from symhep.readers.toy.options import ToyName
from symhep.readers.toy.reader import TOYS
from symhep.testing import check_reader

READER = ToyReader()
N = 20_000
ACCEPTED: dict[str, Any] = {"modulation": 0.8, "order": 1, "tilt": 0.4, "negative": 0.3}


def read(name: str, chunk: int = 50_000, **options: Any) -> EventBatch:
    given = ToyOptions(**{"events": N, **options})
    batches = list(READER.read(f"toy:{name}", given, ReadRequest(chunk_events=chunk), LossLog()))
    weights = np.concatenate([b.weights for b in batches])
    return EventBatch(ak.concatenate([b.events for b in batches]), weights)


@pytest.mark.parametrize("chunk", [999, 8192, 50_000])
def test_points_do_not_depend_on_the_chunks(chunk: int) -> None:
    whole = read("octagon", 3_000).events
    assert read("octagon", chunk).events.tolist() == whole.tolist()
    assert read("octagon", events=100).events.tolist() == whole[:100].tolist()
    assert read("octagon", seed=2).events.x1.tolist() != whole.x1.tolist()
    asked = ReadRequest(event_fields=frozenset({"x2"}), chunk_events=chunk)
    (first, *_) = READER.read("toy:octagon", ToyOptions(), asked, LossLog())
    assert first.events.x2.tolist() == whole.x2[: len(first)].tolist()


@pytest.mark.parametrize("chunk", [999, 8192])
@pytest.mark.parametrize(
    ("name", "own"),
    [("two_body", {"pt": 5.0}), ("three_body", {}), ("four_body", {"handedness": 0.5}), ("dijets", {})],
)
def test_particles_do_not_depend_on_the_chunks(name: str, own: dict[str, Any], chunk: int) -> None:
    whole = read(name, **ACCEPTED, **own)
    pieces = read(name, chunk, **ACCEPTED, **own)
    assert ak.array_equal(pieces.events, whole.events)
    assert np.array_equal(pieces.weights, whole.weights)
    fewer = read(name, events=9_000, **ACCEPTED, **own)
    assert ak.array_equal(fewer.events, whole.events[:9_000])
    assert not ak.array_equal(read(name, seed=2, **ACCEPTED, **own).events, whole.events)


def test_blocks_have_streams_of_their_own() -> None:
    """What the module says of blocks, done by hand."""
    read_px = read("dijets", events=16_384).events.particles.px.to_numpy()
    for block in (0, 1):
        rng = np.random.default_rng(np.random.SeedSequence([ToyOptions().seed, block]))
        drawn = Dijets().draw(rng, 8192)[:, :, 1]
        assert np.array_equal(read_px[8192 * block : 8192 * (block + 1)], drawn)


def test_old_numbers_stay() -> None:
    """The first points of the seed 20260101, by the formulas of the papers and numpy's stream alone."""
    rng = np.random.default_rng(np.random.SeedSequence([20260101, 0]))
    angle = rng.uniform(-np.pi, np.pi, 8192)[:50]
    assert read("circle", events=50).events.x2.to_numpy() == pytest.approx(10 * np.sin(angle), rel=1e-14)
    rng = np.random.default_rng(np.random.SeedSequence([20260101, 0]))
    square = rng.uniform(-10, 10, (8192, 2))[:50, 1]
    assert read("square", events=50).events.x2.to_numpy() == pytest.approx(square, rel=1e-14)


def test_particles_carry_charge_and_number() -> None:
    events = read("two_body", events=3).events
    assert events.particles.charge.tolist() == [[-1, 1]] * 3
    assert events.particles.pdgId.tolist() == [[13, -13]] * 3
    assert events.particles.mass.to_numpy() == pytest.approx(np.zeros((3, 2)), abs=1e-5)
    assert read("four_body", events=3).events.particles.fields == ["px", "py", "pz", "E"]


def test_the_contract_of_readers() -> None:
    for name in ("two_body", "dijets"):
        assert len(check_reader(READER, f"toy:{name}", {"events": 20, "negative": 0.4})) == 20


def test_weights_are_there_only_with_negative_ones() -> None:
    def weights(negative: float, asked: str = "auto") -> list[float]:
        options = ToyOptions(events=1000, negative=negative)
        (batch,) = READER.read("toy:two_body", options, ReadRequest(weight=asked), LossLog())
        return batch.weights.tolist()

    assert READER.schema("toy:two_body", ToyOptions(negative=0.2)).weights == ("weight",)
    assert READER.schema("toy:two_body", ToyOptions()).weights == ()
    assert set(weights(0.2)) == {-1.0, 1.0}
    assert weights(0.2, "weight") == weights(0.2)
    assert weights(0.2, "none") == weights(0.0) == [1.0] * 1000
    found = READER.inspect("toy:two_body", ToyOptions(events=10_000, negative=0.2), LossLog())
    # Binomial: 0.2 +- 0.004.
    assert found.weights.negative == pytest.approx(2000, abs=4 * 40)
    assert found.notes == ("A fraction 0.2 of the generated events has weight -1, the others +1.",)


def test_the_truth_of_particles() -> None:
    details = READER.inspect("toy:four_body", ToyOptions(width=0.01, tilt=0.2, events=1), LossLog()).details
    assert (details["intrinsic_dimension"], details["embedding_dimension"]) == (9, 16)
    assert details["symmetry"] == "so(3), P, all permutations; turned by 0.2 about x"


def test_a_card_gives_momenta() -> None:
    """`take: 2` of ``particles``: what methods get is what was drawn."""
    card = load_card(
        {
            "symhep": 1,
            "datasets": {"ee": {"format": "toy", "options": {"name": "two_body", "events": 500}}},
            "objects": {"pair": {"collection": "particles", "take": 2}},
            "features": {"p": {"object": "pair", "vars": ["px", "py", "pz", "E"]}},
            "methods": {"v": {"use": "vae", "features": "p"}},
        }
    ).card
    batch = symhep.load(format="toy", options={"name": "two_body", "events": 500})
    selector = Selector(card)
    selector.add(batch)
    table = selector.table("p")
    assert table.momenta is not None
    assert table.momenta.shape == (500, 2, 4)
    assert table.momenta.sum(axis=1) == pytest.approx(np.tile([91.2, 0, 0, 0], (500, 1)), abs=1e-9)
    assert table.pdg_ids == (13, -13)


def test_the_name_may_be_an_option() -> None:
    (batch,) = READER.read("toy", ToyOptions(name="square", events=5), ReadRequest(), LossLog())
    assert (len(batch), batch.weights.tolist()) == (5, [1.0] * 5)
    assert READER.confidence("toy:square", b"") == 2
    assert READER.confidence("square.root", b"root") == 0


def test_every_toy_can_be_named_and_has_known_options() -> None:
    assert set(get_args(ToyName)) == set(TOYS)
    own = {option for family in TOYS.values() for option in family.options}
    assert own == set(ToyOptions.model_fields) - {"name", "events", "seed"}


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("toy:sqare", {}, "unknown toy 'sqare'; did you mean 'square'"),
        ("toy:square", {"name": "circle"}, "the option 'name' is 'circle'"),
        ("toy:square", {"mean": [1.0]}, "'square' has no mean; its options are radius, events, seed"),
        ("toy:square", {"dimension": 3, "mass": 1.0}, "'square' has no dimension or mass; its options"),
        (
            "toy:octagon",
            {"dimension": 3},
            "'octagon' has no dimension; its options are mean, variance, events",
        ),
        ("toy:gaussian", {"dimension": 3, "mean": [1.0]}, "'gaussian' needs 3 means"),
        ("toy:digits", {"radius": 2.0}, "'digits' has no radius; its options are events, seed"),
        ("toy:octagon", {"mean": [1.0]}, "'octagon' needs 2 means and 2 positive variances"),
        (
            "toy:three_body",
            {"a_fb": 0.1},
            "'three_body' has no a_fb; its options are mass, width, .*handedness",
        ),
        (
            "toy:two_body",
            {"handedness": 0.1},
            "'two_body' has no handedness; .*a_fb, modulation, order, tilt",
        ),
        (
            "toy:dijets",
            {"pt": 3.0},
            "'dijets' has no pt; its options are pt_min, imbalance, ordered, modulation",
        ),
        ("toy:dijets", {"order": 3}, "'order' has no effect without 'modulation'"),
        ("toy:dijets", {"axis": "y"}, "'axis' has no effect without 'tilt'"),
    ],
)
def test_options_of_another_toy(path: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        READER.schema(path, ToyOptions(**options))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("modulation", 1.1, "less than or equal to 1"),
        ("modulation", float("nan"), "than or equal to"),
        ("handedness", -2, "greater than or equal to -1"),
        ("a_fb", 0.8, "less than or equal to 0.75"),
        ("negative", 0.5, "less than 0.5"),
        ("order", 0, "greater than or equal to 1"),
        ("width", 0.2, "less than or equal to 0.1"),
        ("mass", 0.0, "greater than 0"),
        ("tilt", float("inf"), "finite number"),
        ("axis", "w", "'x', 'y' or 'z'"),
    ],
)
def test_values_out_of_bounds(option: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ToyOptions(**{option: value})
