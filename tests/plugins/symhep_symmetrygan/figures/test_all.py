"""Figures are drawn from stored results alone, and show what these hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.methods.number import ONE_SIGMA, Bounded
from symhep.methods.result import Result
from symhep.plotting.style import COLOURS, use_style
from symhep_symmetrygan.figures.all import draw_all
from symhep_symmetrygan.figures.axes import axis_label, logarithmic, quantity
from symhep_symmetrygan.figures.components import component_sizes
from symhep_symmetrygan.figures.composition import composition_growth
from symhep_symmetrygan.figures.divergences import element_groups, kl_divergences
from symhep_symmetrygan.figures.element_tests import element_p_values
from symhep_symmetrygan.figures.landscape import loss_landscape
from symhep_symmetrygan.figures.losses import posthoc_losses
from symhep_symmetrygan.figures.map import discovery_map
from symhep_symmetrygan.figures.marks import VERDICTS
from symhep_symmetrygan.figures.motion import map_motion
from symhep_symmetrygan.figures.parameters import final_parameters
from symhep_symmetrygan.figures.span import span_of_logarithms
from symhep_symmetrygan.figures.training import training_losses
from symhep_symmetrygan.fit.elements import Elements
from symhep_symmetrygan.landscape.record import SliceRecord
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.sentences import statements

Full = Result[SymmetryGanRecord]
Made = Callable[..., Full]
Found = Callable[..., Elements]
ALL = [
    "parameters", "after_kept", "after_random", "planes", "kl", "kl_excess", "posthoc", "element_p_values", "span",
    "components", "composition", "lattice", "p_values", "discrete", "map", "motion", "omega", "training",
]  # fmt: skip
ANGLES = ("theta_1", "theta_2")
PROJECTIONS = ("azimuth of jet1", "azimuth of jet2")
NUMBERS = tuple(
    Bounded(value=v, low=v - 0.001, high=v + 0.001, level=ONE_SIGMA, unit="nats") for v in (0.002, 0.01)
)

RANDOM_ALONE = DivergenceRecord(
    projections=PROJECTIONS, bins=100, random=DivergenceMean(mean=(0.3, 0.3), excess=NUMBERS, number=1),
    noise=DivergenceMean(mean=(0.1, 0.1), number=62),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    # no test looks at pixels
    with use_style(), plt.rc_context({"figure.dpi": 30}):
        yield
    plt.close("all")


@pytest.fixture(scope="module")
def full(dijets: Made) -> Full:
    return dijets()


@pytest.fixture(scope="module")
def flat(line: Made) -> Full:
    return line()


def texts(figure: Figure) -> list[str]:
    figure.canvas.draw()
    return [t.get_text() for ax in figure.axes for t in ax.texts]


def test_everything_that_a_result_holds_is_drawn(full: Full, flat: Full) -> None:
    for result, names in ((full, ALL), (flat, ["landscape", "parameters", "training"])):
        figures = list(draw_all(result))
        assert [f.name for f in figures] == names
        for item in figures:
            if result is full or item.name not in ALL:
                item.figure.canvas.draw()
            assert item.caption.endswith(".")
        plt.close("all")


def test_sentences_name_figures_that_are_drawn(full: Full) -> None:
    assert {s.figure for s in full.statements if s.figure is not None} <= set(ALL)


def test_a_group_that_is_not_determined_has_no_span(dijets: Made) -> None:
    made = dijets()
    assert made.record.algebra is not None
    unknown = made.record.algebra.model_copy(update={"kind": "not determined"})
    result = replace(
        made,
        record=made.record.model_copy(update={"algebra": unknown, "generators": ()}),
        arrays=made.arrays | {"span_values": np.zeros(0), "span_noise": np.zeros(0)},
    )
    drawn = [f.name for f in draw_all(result)]
    assert "span" not in drawn
    assert next(iter(statements(result.record))).figure in drawn


def test_without_a_search_subgroups_are_drawn_alone(dijets: Made) -> None:
    made = dijets(
        space=None, search=None, kl=None, posthoc_loss=None, algebra=None, connected_components=(),
        composition=None, map=None,
    )  # fmt: skip
    alone = replace(made, arrays={}, histograms={})
    assert [f.name for f in draw_all(alone)] == ["lattice", "p_values", "discrete"]


def test_diverged_restarts_and_unknown_numbers_can_be_drawn(dijet_elements: Found, dijets: Made) -> None:
    unknown = np.full((6, 2), np.nan)
    final = np.random.default_rng(1).uniform(0, 6, (6, 2))
    final[-1] = np.nan
    elements = dijet_elements(
        number=6, failed=5, final=final,
        posthoc_random=np.zeros(0), posthoc_random_error=np.zeros(0),
    )  # fmt: skip
    made = dijets(number=6, **elements.records())
    lost = {f"{a}_{b}": unknown for a in ("kl", "excess") for b in ("found", "refined")}
    lost |= {
        "excess_refined_error": unknown,
        "kl_random": np.zeros((0, 2)),
        "excess_random": np.zeros((0, 2)),
    }
    result = replace(
        made, arrays=made.arrays | elements.drawing() | lost | {"excess_random_error": np.zeros((0, 2))}
    )
    with plt.rc_context({"figure.constrained_layout.use": False}):  # it takes half of the time
        drawn = [f for f in draw_all(result) if f.name in {"parameters", "kl", "posthoc", "training"}]
        for item in drawn:
            item.figure.canvas.draw()
    assert len(drawn) == 4


def slices_of(result: Full) -> Sequence[SliceRecord]:
    assert result.record.landscape is not None
    return result.record.landscape.slices


def points(ax: plt.Axes, marker: str, colour: str | None = None) -> np.ndarray:
    found = [
        np.stack([np.asarray(v, dtype=float) for v in (line.get_xdata(), line.get_ydata())], -1)
        for line in ax.lines
        if line.get_marker() == marker and (colour is None or line.get_color() == colour)
    ]
    return np.concatenate(found) if found else np.zeros((0, 2))


def test_found_elements_lie_over_the_landscape_in_units_of_the_data(flat: Full) -> None:
    plane, curve = loss_landscape(flat.arrays, slices_of(flat)).axes[:2]
    assert points(plane, "o") == pytest.approx(flat.arrays["final"])
    assert points(plane, "*").tolist() == [[0.0, 1.0], [1.0, -1.0]]
    mesh = plane.collections[0]
    assert pytest.approx(flat.arrays["slice_0_loss"]) == np.asarray(mesh.get_array()).reshape(25, 21).T
    assert points(curve, "h")[:, 0].tolist() == [-0.5]
    assert curve.get_title() == "$b$ = 0"
    assert [ax.get_aspect() for ax in (plane, curve)] == [1.0, "auto"]


def test_elements_away_from_a_slice_are_faint(flat: Full) -> None:
    near = np.arange(30) % 2 == 0
    arrays = flat.arrays | {"slice_0_near": near}
    ax = loss_landscape(arrays, slices_of(flat)[:1]).axes[0]
    drawn = {bool(ln.get_alpha() and ln.get_alpha() < 0.5): ln for ln in ax.lines if ln.get_marker() == "o"}
    assert np.asarray(drawn[False].get_ydata()) == pytest.approx(arrays["final"][near, 1])
    assert np.asarray(drawn[True].get_ydata()) == pytest.approx(arrays["final"][~near, 1])


def test_kept_and_failed_elements_have_their_own_symbols(full: Full) -> None:
    ax = final_parameters(full.arrays, ("theta_1", "theta_2")).axes[0]
    kept, failed = points(ax, "o", VERDICTS["kept"][0]), points(ax, "X", VERDICTS["failed"][0])
    assert (len(kept), len(failed)) == (35, 4)  # of 40, one diverged
    turn = 2 * np.pi
    assert kept == pytest.approx(full.arrays["final"][full.arrays["verdict"] == "kept"] % turn)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["0", r"$\pi$", r"$2\pi$"]


def test_parameters_that_training_cannot_move_are_not_shown(full: Full) -> None:
    drawn = final_parameters(full.arrays, ("theta_1", "component"), ("component",))
    assert [ax.get_xlabel() for ax in drawn.axes] == [rf"Initial {axis_label('theta_1')}"]


def test_divergences_share_one_logarithmic_axis(full: Full) -> None:
    assert full.record.kl is not None
    figure = kl_divergences(full.arrays, full.record.kl.projections)
    first, second = figure.axes
    assert first.get_xscale() == "log"
    assert first.get_xlim() == second.get_xlim()
    for j, ax in enumerate(figure.axes):
        means = np.sort(points(ax, "D")[:, 0])
        expected = [np.nanmean(full.arrays[f"kl_{n}"][:, j]) for n in ("found", "refined", "random", "noise")]
        assert means == pytest.approx(np.sort(expected))


def test_excesses_are_drawn_by_verdict(full: Full) -> None:
    groups = element_groups(full.arrays)
    assert [(g.kind, len(g.value)) for g in groups] == [("kept", 35), ("rejected", 4), ("random", 40)]
    kept = full.arrays["excess_refined"][full.arrays["verdict"] == "kept"]
    np.testing.assert_array_equal(groups[0].value, kept)


@pytest.mark.parametrize("kept", [True, False])
def test_subgroups_and_discrete_elements_have_excesses(dijets: Made, kept: bool) -> None:
    made = dijets(kl=None)
    own = made.record.model_copy(update={"subgroup_kl": RANDOM_ALONE})
    rows = tuple(
        row.model_copy(update={"excess": NUMBERS if row.rejected is not kept else None})
        for row in own.candidates
    )
    drawn = draw_all(replace(made, record=own.model_copy(update={"candidates": rows}), histograms={}))
    figure = next(item.figure for item in drawn if item.name == "kl_excess")
    assert figure.axes[0].get_legend_handles_labels()[1] == ["survive" if kept else "rejected", "random"]


def test_losses_stand_beside_two_ln_two(full: Full) -> None:
    ideal = 2 * math.log(2)
    for ax in posthoc_losses(full.arrays, ideal).axes:
        assert any(line.get_xdata()[0] == pytest.approx(ideal) for line in ax.lines)


def test_p_values_of_elements_are_shares() -> None:
    log10_p = np.log10([0.5, 0.2, 1e-3, 1e-10, np.nan])
    arrays = dict.fromkeys(("log10_p", "log10_p_adjusted", "log10_p_trained"), log10_p)
    ax = element_p_values(arrays, 0.01).axes[0]
    line = next(line for line in ax.lines if line.get_label() == "refined")
    x, y = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
    assert x[:4] == pytest.approx([-math.log10(0.5), -math.log10(0.2), 3, 10])
    assert y[:4] == pytest.approx([1, 0.75, 0.5, 0.25])


def test_hypotheses_stand_at_their_adjusted_p(full: Full) -> None:
    r = full.record
    figure = next(item.figure for item in draw_all(full) if item.name == "p_values")
    drawn = np.concatenate([points(ax, m) for ax in figure.axes for m in "oX"])
    rows = [row.log10_p_adjusted for row in (*r.connected_components, *r.candidates, *r.discrete)]
    assert sorted(drawn[:, 0]) == pytest.approx(sorted(-log for log in rows if log is not None))


def test_components_show_how_approximate_they_are(full: Full) -> None:
    counts, divergence, deficit = component_sizes(full.record).axes
    assert [p.get_width() for p in counts.patches] == [20, 10, 6]
    assert sorted(points(divergence, "o")[:, 0])[:3] == pytest.approx([1e-3, 1e-3, 11e-3])
    assert points(deficit, "o")[:, 0] == pytest.approx([0, 0, 0.01])


def test_the_span_has_its_noise_and_generators_their_errors(full: Full) -> None:
    values, generators = span_of_logarithms(full.arrays, full.record).axes
    assert points(values, "o", COLOURS[0])[:, 1].tolist() == [3.0, 0.02]
    assert points(values, "_")[:, 1].tolist() == [0.05, 0.02]
    assert points(generators, "o")[:, 1] == pytest.approx([0.707, 0.707])


def test_a_span_without_directions_says_so(full: Full) -> None:
    nothing = full.record.model_copy(update={"generators": ()})
    assert "no significant direction" in texts(span_of_logarithms(full.arrays, nothing))


def test_errors_of_compositions_stand_beside_both_laws(full: Full) -> None:
    left, right = composition_growth(full.arrays, PROJECTIONS).axes
    laws = {line.get_label(): np.asarray(line.get_ydata()) for line in left.lines}
    assert laws["growth as $k$"] == pytest.approx(0.02 * np.array([1, 2, 4, 8, 16]))
    assert laws["growth as $k^{1/2}$"] == pytest.approx(0.02 * np.sqrt([1, 2, 4, 8, 16]))
    assert right.get_yscale() == "symlog"


def test_projections_that_nothing_moves_have_no_mark(full: Full) -> None:
    still = full.arrays | {"composition_excess": full.arrays["composition_excess"] * [1.0, 0.0]}
    none = Bounded(value=0.0, low=0.0, high=0.0)
    rows = tuple(
        row.model_copy(update={"excess": row.excess and (row.excess[0], none)})
        for row in full.record.connected_components
    )
    for ax in (
        composition_growth(still, PROJECTIONS).axes[1],
        component_sizes(full.record.model_copy(update={"connected_components": rows})).axes[1],
    ):
        labels = ax.get_legend_handles_labels()[1]
        first, second = map(quantity, PROJECTIONS)
        assert first in labels
        assert second not in labels
        assert "symlog" in (ax.get_xscale(), ax.get_yscale())


def test_angles_end_the_short_way_round(full: Full) -> None:
    a = full.arrays | {"map_initial": np.array([[6.2, 0.1]]), "map_final": np.array([[0.1, 6.2]])}
    ax = map_motion(a, ANGLES).axes[0]
    ends = points(ax, "o")[-1]
    assert ends == pytest.approx([0.1 + 2 * np.pi, 6.2 - 2 * np.pi])
    a |= {"map_expected": np.array([[6.2, 6.2]])}
    below = discovery_map(a, ANGLES).axes[2]
    assert points(below, "o")[0, 1] == pytest.approx(0.1 - 6.2 + 2 * np.pi)


def test_a_map_of_steps_is_drawn_over_the_initial_values(full: Full) -> None:
    initial = np.linspace(-5, 5, 40)[:, None] * [1, 1]
    step = np.sign(initial)
    a = full.arrays | {
        "map_periods": np.zeros(2), "map_initial": initial,
        "map_expected": step, "map_final": step + 0.01,
    }  # fmt: skip
    figure = discovery_map(a, ("b", "c"))
    assert figure.axes[2].get_xlabel() == "Initial $b$"
    assert points(figure.axes[0], "o")[:40, 0] == pytest.approx(initial[:, 0])
    assert "of the formula" in discovery_map(full.arrays, ANGLES).axes[2].get_xlabel()


def test_losses_of_training_are_bands_over_restarts(full: Full) -> None:
    ax = training_losses(full.arrays).axes[0]
    middle = next(line for line in ax.lines if line.get_label() == "median")
    assert np.asarray(middle.get_ydata()) == pytest.approx(np.median(full.arrays["loss"][:-1], axis=0))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("azimuth between jet1 and jet2", "Azimuth between jet1 and jet2 [rad]"),
        ("pt of jet1", "$p_{T}$ of jet1 [GeV]"),
        ("cos theta of jet1", r"$\cos\theta$ of jet1"),
        ("mass of all", "Mass of all [GeV]"),
        ("theta_12", r"$\theta_{12}$ [rad]"),
        ("b_1", "$b_{1}$"),
        ("x1", "$x_{1}$"),
    ],
)
def test_axes_have_units(name: str, label: str) -> None:
    assert axis_label(name, "GeV") == label


@pytest.mark.parametrize("values", [(0.0101, 0.0105), (0.02, 0.3), (1e-4, 1.0)])
@pytest.mark.parametrize("which", ["x", "y"])
def test_logarithmic_axes_are_labelled_at_powers_of_ten(which: str, values: tuple[float, float]) -> None:
    figure, ax = plt.subplots()
    ax.plot(values, values, "o")
    logarithmic(ax, which)
    figure.canvas.draw()
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = axis.get_view_interval()
    assert low < min(values) < max(values) < high
    assert sum(low * (1 - 1e-9) <= tick <= high * (1 + 1e-9) for tick in axis.get_majorticklocs()) >= 2
    assert not any(label.get_text() for label in axis.get_minorticklabels())


def test_generators_are_not_parameters() -> None:
    assert quantity("0.7 J_x + 0.7 K_z") == "0.7 $J_{x}$ + 0.7 $K_{z}$"
    assert quantity("E_12") == "$E_{12}$"  # of gl(n), not the energy of object 12
    assert quantity("E12") == "$E_{12}$"


def test_projections_that_nothing_moves_have_no_panel(full: Full) -> None:
    names = ("excess_found", "excess_refined", "excess_random")
    still = {key: full.arrays[key] * [1.0, 0.0] for key in names}
    figure = kl_divergences(full.arrays | still, PROJECTIONS)
    assert [ax.get_title() for ax in figure.axes] == ["azimuth of jet1"]
