"""Discrete elements from sums over all events, of which a part is in memory."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import norm

from symhep.arrays.dataset import dataset_of
from symhep.events import stream as streams
from symhep.events.dataset import Dataset
from symhep.events.stream import BlockInfo, EventStream
from symhep.events.subsample import subsample
from symhep.events.variation import Alternative, Variation
from symhep.hypotheses.discrete.named import NamedFunctions
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import Context, seed_sequence
from symhep.methods.passes import Pass, State, reduce_here
from symhep.torchkit.streams import replica_seeds
from symhep_moments.fit.discrete import rows
from symhep_moments.fit.discrete.by_sums import asymmetries_by_sums, log_p_by_sums, spreads
from symhep_moments.fit.discrete.element_sums import ElementSums
from symhep_moments.fit.discrete.elements import discrete_tests
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.varied import varied_discrete_tests
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.polynomials import Polynomials
from symhep_moments.fit.functions.squash import Squashed, natural_size
from symhep_moments.fit.measurement import measure
from symhep_moments.options import MomentsOptions
from symhep_moments.record import DiscreteElement
from symhep_moments.sample import Events, events_of, prepare
from symhep_moments.stream import over_all

N, FEW, ROWS = 6000, 2000, 500
NAMES = ("x1", "x2")
FRAME = Frame.of(NAMES, (), 1)
FUNCTIONS = Squashed(Polynomials(2, 2), natural_size(2))
MIRROR = Element("reflection(x1)", "mirror", np.diag([-1.0, 1.0]), (0,))
QUARTER = Element("Z_4(x1,x2)", "quarter turn", np.array([[0.0, -1.0], [1.0, 0.0]]), (0,))
ALONE = DiscreteOptions(elements=("reflection(x1)",), classifier=None, neighbours=False)


def reduce_pickled(work: Pass, stream: EventStream) -> State:
    """As a worker does: what a pass needs travels, and events do not."""
    sent = pickle.dumps(work)
    assert len(sent) < 20_000
    return reduce_here(pickle.loads(sent), stream)  # noqa: S301


CONTEXT = Context(seed_sequence(1, "moments", 0), reducer=reduce_pickled)


def block_of(number: int, shift: float = 0.0, seed: int = 1) -> Dataset:
    rng = np.random.default_rng([seed, number])
    x = rng.normal([shift, 0.0], size=(ROWS, 2))
    data = Dataset.from_array(x, weights=rng.choice([0.5, 1.0, 2.0, -0.2], ROWS), scaling="none")
    unit = np.arange(ROWS) + number * ROWS
    return replace(data, block=np.full(ROWS, number), unit=unit)


class Drawn(EventStream):
    """Blocks that are drawn when they are asked for: no array is as long as the stream."""

    key = "drawn"

    def __init__(self, shift: float = 0.0, seed: int = 1) -> None:
        self.shift, self.seed = shift, seed
        own = [self.block(n) for n in range(N // ROWS)]
        self.blocks = tuple(
            BlockInfo(ROWS, 0, float(b.weights.sum()), float((b.weights**2).sum())) for b in own
        )

    def block(self, number: int) -> Dataset:
        return block_of(number, self.shift, self.seed)


def joined(blocks: list[Dataset]) -> Dataset:
    return replace(
        Dataset.from_array(
            np.concatenate([b.values for b in blocks]), weights=np.concatenate([b.weights for b in blocks]),
            scaling="none",
        ),
        block=np.concatenate([b.block for b in blocks]), unit=np.concatenate([b.unit for b in blocks]),
    )  # fmt: skip


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Callable[[Dataset], Events]:
    """Events of which `FEW` are in memory."""
    monkeypatch.setattr(streams, "SUBSAMPLE", FEW)

    def made(data: Dataset) -> Events:
        events = events_of(data)
        assert events.subsampled
        assert len(events) <= FEW
        return events

    return made


def work_of(*elements: Element) -> ElementSums:
    named = NamedFunctions(NAMES, ("1",))
    return ElementSums(elements, Products(FRAME, None), FUNCTIONS, named, ALONE)


def whole_of(shift: float = 0.0, seed: int = 1) -> Dataset:
    return joined([block_of(n, shift, seed) for n in range(N // ROWS)])


def run(events: Events, options: DiscreteOptions = ALONE) -> DiscreteElement:
    (found,) = discrete_tests(
        events, options.chosen(FRAME), FRAME, FUNCTIONS, options, np.random.SeedSequence(1), context=CONTEXT
    )
    return found


def test_sums_of_what_a_mirror_changes(few: Callable[[Dataset], Events]) -> None:
    """Of x1 it is x1 itself: f(x) - f(g x) over 2, and a is the sign of x1."""
    data = whole_of(0.2)
    events = few(data)
    state = over_all(work_of(MIRROR, QUARTER), events, CONTEXT)
    x, w = data.values / events.scale, data.weights
    y = x / np.sqrt((x**2).sum(axis=1, keepdims=True) + 2)
    linear = state["odd"][:, :2]
    np.testing.assert_allclose(linear[0], [w @ y[:, 0], 0.0], atol=1e-9)
    np.testing.assert_allclose(linear[1], w @ y, rtol=1e-10)  # the mean over four quarters is zero
    signs = np.sign(x[:, 0])
    assert state["own"][0, 0] == pytest.approx(w @ signs)
    assert state["squares"][0, 0] == pytest.approx((w**2).sum())
    assert state["crossed"][0, 0] == pytest.approx(w**2 @ signs)
    largest = (x[:, 0] > abs(x[:, 1])).astype(float)  # of x1, -x2, -x1, x2
    assert state["own"][1, 0] == pytest.approx(w @ (4 * largest - 1) / 3)
    assert (float(state["w"]), float(state["w2"])) == pytest.approx((w.sum(), (w**2).sum()))


def test_copies_are_summed_before_they_are_squared(
    few: Callable[[Dataset], Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pieces that part none of them."""
    monkeypatch.setattr(rows, "CHUNK", 33)
    data = whole_of()
    unit = data.unit // 2
    events = few(replace(data, unit=unit))
    state = over_all(work_of(MIRROR), events, CONTEXT)
    signs = np.sign(data.values[:, 0])
    pairs = np.bincount(unit, data.weights * signs)
    assert state["squares"][0, 0] == pytest.approx((pairs**2).sum())
    own = np.bincount(unit, data.weights)
    assert state["crossed"][0, 0] == pytest.approx(own @ pairs)
    assert float(state["w2"]) == pytest.approx((own**2).sum())
    (spread,) = spreads(work_of(MIRROR), events)
    x = events.x[:, 0].numpy()
    y = events.weights.numpy() * x[:, 0] / np.sqrt((x**2).sum(axis=1) + 2)
    assert events.source is not None
    _, place = np.unique(events.source, return_inverse=True)
    assert spread.second[0, 0] == pytest.approx((np.bincount(place, y) ** 2).sum())


def test_one_function_gives_a_normal_p_value(few: Callable[[Dataset], Events]) -> None:
    """With one function alone T = z^2 / 1.01 is compared with chi^2 / 1.01, z the pull over all events."""
    data = whole_of(0.03)
    events = few(data)
    work = work_of(MIRROR)
    state, (spread,) = over_all(work, events, CONTEXT), spreads(work, events)
    alone = replace(
        spread, changed=np.arange(len(spread.changed)) == 0
    )  # x1, which is in three of the blocks
    (log_p,) = log_p_by_sums(work, state, [alone])
    x, w = data.values / events.scale, data.weights
    y = x[:, 0] / np.sqrt((x**2).sum(axis=1) + 2)
    z = w @ y / np.sqrt(w**2 @ y**2)
    assert np.exp(log_p) == pytest.approx(2 * norm.sf(abs(z)), rel=0.15)


def test_a_broken_mirror_is_seen_in_all_events_and_a_kept_one_is_not(
    few: Callable[[Dataset], Events],
) -> None:
    broken, kept = run(few(whole_of(0.2))), run(few(whole_of()))
    assert broken.p_kind == kept.p_kind == "asymptotic"
    assert broken.log10_p is not None
    assert kept.p_value is not None
    # z = 0.2 sqrt(N W / W2) or so: far below what any number of random choices could tell
    assert broken.log10_p < -12
    assert kept.p_value > 0.01
    assert broken.size is not None
    assert broken.size.value is not None
    assert broken.size.low is not None
    assert broken.size.high is not None
    a = 1 - 2 * norm.cdf(-0.2)
    assert broken.size.low < a < broken.size.high
    assert kept.upper_95 is not None
    assert kept.expected_95 is not None
    assert 0.5 < kept.upper_95 / kept.expected_95 < 2


def test_what_learns_sees_the_subsample_and_the_joint_p_is_asymptotic(
    few: Callable[[Dataset], Events],
) -> None:
    found = run(few(whole_of()), ALONE.model_copy(update={"neighbours": True}))
    kinds = {name: test.p_kind for name, test in found.tests.items()}
    assert kinds == {"moments": "asymptotic", "neighbours": "asymptotic"}  # unequal weights: random signs
    p = [test.p_value for test in found.tests.values()]
    assert found.p_value == pytest.approx(min(1.0, 2 * min(v for v in p if v is not None)))


def test_triple_products_of_vectors_in_a_plane_are_rounding(few: Callable[[Dataset], Events]) -> None:
    """Two momenta against each other but for a boost along z: (a x b)_z is zero in every event."""
    rng = np.random.default_rng(3)
    p = rng.normal(size=(N, 3))
    pair = np.stack([p, -p + np.outer(rng.normal(size=N), [0.0, 0.0, 1.0])], axis=1)
    pair = np.concatenate([np.linalg.norm(pair, axis=2, keepdims=True), pair], axis=2)
    data = dataset_of(pair, names=("a", "b"))
    events = few(replace(data, block=np.arange(N) // ROWS))
    frame = Frame.of(events.names, ("a", "b"), 2)
    options = DiscreteOptions(elements=("P", "reflection(z)"), classifier=None, neighbours=False)
    functions = Squashed(Polynomials(4, 2), natural_size(4))
    for row in discrete_tests(
        events, options.chosen(frame), frame, functions, options, np.random.SeedSequence(1)
    ):
        assert row.p_value is not None
        assert row.p_value > 1e-4


def test_too_many_for_the_memory_give_the_same_bits(few: Callable[[Dataset], Events]) -> None:
    data = whole_of(0.05)
    one = run(few(data))
    stream = Drawn(0.05)
    other = run(few(replace(subsample(data, FEW), stream=stream)))
    assert one.to_json() == other.to_json()


def test_an_efficiency_says_how_probable_images_are(few: Callable[[Dataset], Events]) -> None:
    """Twice as much is seen where x1 > 0: the plain sum is far from zero, that of images in proportion is not."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(3 * N, 2))
    x = x[rng.random(3 * N) < np.where(x[:, 0] > 0, 1.0, 0.5)][:N]
    events = few(replace(Dataset.from_array(x, scaling="none"), block=np.arange(N) // ROWS))

    work = replace(work_of(MIRROR), seeing=more_on_the_right)
    state = over_all(work, events, CONTEXT)
    y = x / events.scale
    y = y[:, 0] / np.sqrt((y**2).sum(axis=1) + 2)
    # y (1 - 2/3) at x1 > 0 and, with the probability 1/3 of where it is, 2/3 y at x1 < 0, over two for its image's sign
    share = np.where(x[:, 0] > 0, 2 / 3, 1 / 3)
    assert state["odd"][0, 0] == pytest.approx((y - (2 * share - 1) * y).sum())
    (log_p,) = log_p_by_sums(work, state, spreads(work, events))
    assert log_p > np.log(0.01)
    plain = work_of(MIRROR)
    (far,) = log_p_by_sums(plain, over_all(plain, events, CONTEXT), spreads(plain, events))
    assert far < -50


def more_on_the_right(x: torch.Tensor) -> torch.Tensor:
    return torch.where(x[:, 0, 0] > 0, 1.0, 0.5).double()


def test_asymmetries_of_no_function_are_none(few: Callable[[Dataset], Events]) -> None:
    still = Element("1", "nothing", np.eye(2), (0,))
    object.__setattr__(still, "order", 2)
    work, events = work_of(still), few(whole_of())
    state, some = over_all(work, events, CONTEXT), spreads(work, events)
    assert log_p_by_sums(work, state, some) == [0.0]
    assert asymmetries_by_sums(work, state, some, np.random.default_rng(1)) == [None]


@pytest.mark.parametrize("own_rows", [False, True])
def test_systematic_shifts_are_those_of_all_events(
    own_rows: bool, few: Callable[[Dataset], Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = whole_of()
    up = replace(data, weights=data.weights * np.exp(0.1 * data.values[:, 0]))
    down = replace(data, weights=data.weights * np.exp(-0.1 * data.values[:, 0]))
    if own_rows:
        up = replace(data, values=data.values + np.array([0.05, 0.0])).take(np.arange(5, N))
    varied = Variation(
        "v",
        "envelope",
        (Alternative("up", up, not own_rows), Alternative("down", down, True)),
        frozenset({"data"}),
    )
    data, found = replace(data, variations=(varied,)), []
    options = MomentsOptions(discrete=ALONE)
    for most in (FEW, 2 * N):
        monkeypatch.setattr(streams, "SUBSAMPLE", most)
        sample = prepare(data, options)
        moved: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        (row,) = varied_discrete_tests(
            sample.events, sample.variations, ALONE.chosen(FRAME), FRAME, FUNCTIONS, moved=moved,
            context=CONTEXT,
        )  # fmt: skip
        found.append((row, moved["reflection(x1)"]))
    (row, shifted), (whole, expected) = found
    np.testing.assert_allclose(shifted[0], expected[0], atol=1e-9)
    np.testing.assert_allclose(shifted[1], expected[1], rtol=0.15)
    assert row.size is not None
    assert whole.size is not None
    assert row.size.value == pytest.approx(whole.size.value, abs=1e-9)
    assert row.p_kind == whole.p_kind == "bound"
    assert row.upper_95 == pytest.approx(whole.upper_95, rel=0.1)


@pytest.mark.parametrize("variations", [False, True])
def test_a_run_reads_for_elements_and_for_all_else_at_once(
    variations: bool, few: Callable[[Dataset], Events]
) -> None:
    """One reading without bounds; with the numbers that a reading of their own gives."""
    data = whole_of(0.05)
    assert few(data).subsampled
    if variations:
        up = replace(data, weights=data.weights * np.exp(0.1 * data.values[:, 0]))
        down = replace(data, weights=data.weights * np.exp(-0.1 * data.values[:, 0]))
        pair = (Alternative("up", up, True), Alternative("down", down, True))
        data = replace(data, variations=(Variation("v", "up_down", pair, frozenset({"data"})),))
    options = MomentsOptions.model_validate(
        {"generators": "so(2)", "discrete": ALONE.model_dump(), "bounds": None}
    )
    sample, readings = prepare(data, options), list[Pass]()

    def counted(work: Pass, stream: EventStream) -> State:
        if sum(block.rows for block in stream.blocks) == N:
            readings.append(work)
        return reduce_here(work, stream)

    context = Context(seed_sequence(1, "moments", 0), reducer=counted)
    found = measure(sample, context)
    assert len(readings) == 1
    functions_seed, discrete_seed = replica_seeds(context.seeds, 2)
    functions = functions_for(sample.events, options, np.random.default_rng(functions_seed), harmonics=False)
    chosen, level = ALONE.chosen(FRAME), options.level
    (alone,) = (
        varied_discrete_tests(sample.events, sample.variations, chosen, FRAME, functions, level)
        if variations
        else discrete_tests(sample.events, chosen, FRAME, functions, ALONE, discrete_seed, level)
    )
    assert found.discrete[0].to_json() == alone.to_json()
    assert alone.p_kind == "asymptotic"
