"""Histograms of data and simulation: every event under its dataset and alternative, and bands by the field's rules."""

from __future__ import annotations

from dataclasses import replace

import hist
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pytest
from matplotlib.container import ErrorbarContainer
from scipy.stats import chi2

from symhep.events.dataset import Column, Dataset
from symhep.events.variation import Alternative, Variation
from symhep.plotting.comparison import NOMINAL, Shown, comparison_histograms, summed
from symhep.plotting.data_simulation import comparison_figures

RNG = np.random.default_rng(5)
VARIATIONS = (
    ("norm", "up_down", 0.6827, ("up", "down")),
    ("scale", "envelope", 0.6827, ("1", "2")),
)


def _data() -> Dataset:
    """300 events of data, 900 and 600 simulated ones, with a weight and an object variation of the simulation."""
    sizes = [300, 900, 600]
    x = np.c_[RNG.normal(size=sum(sizes)), RNG.uniform(-np.pi, np.pi, sum(sizes)), RNG.poisson(2, sum(sizes))]
    labels = np.repeat([0, 1, 2], sizes)
    weights = np.where(labels == 0, 1.0, RNG.uniform(0.1, 0.3, sum(sizes)))
    columns = (Column("x"), Column("phi", "rad"), Column("n"))
    data = replace(
        Dataset.from_array(x, columns=columns, weights=weights),
        labels=labels, label_names=("data", "dy", "top"),
    )  # fmt: skip

    def other(name: str, factor: float) -> Alternative:
        return Alternative(name, replace(data, weights=np.where(labels > 0, factor, 1.0) * weights), True)

    moved = replace(data, values=x + np.where(labels > 0, 0.1, 0.0)[:, None] * [1, 0, 0])
    samples = frozenset({"dy", "top"})
    variations = (
        Variation("norm", "up_down", (other("up", 1.2), other("down", 0.9)), samples),
        Variation("scale", "envelope", (other("1", 1.1), Alternative("2", moved, False)), samples),
    )
    return replace(data, variations=variations)


def test_every_event_is_under_its_dataset_and_alternative() -> None:
    data = _data()
    found, _ = comparison_histograms(data, frozenset({"data"}))
    assert list(found) == ["x", "phi", "n"]
    assert list(found["x"].axes[1]) == [NOMINAL, "norm/up", "norm/down", "scale/1", "scale/2"]
    edges = found["x"].axes[2].edges
    for number, name in enumerate(data.label_names):
        rows = data.labels == number
        for key, other in (
            (NOMINAL, data),
            *((f"{v.name}/{a.name}", a.data) for v in data.variations for a in v.alternatives),
        ):
            counted, _ = np.histogram(other.values[rows, 0], edges, weights=other.weights[rows])
            np.testing.assert_allclose(found["x"][name, key, :].values(), counted, atol=1e-12)
            squares = found["x"][name, key, :].sum(flow=True).variance
            assert squares == pytest.approx((other.weights[rows] ** 2).sum())


def test_axes_suit_the_quantity() -> None:
    found, _ = comparison_histograms(_data(), frozenset({"data"}))
    phi, counts = found["phi"].axes[2], found["n"].axes[2]
    assert (phi.edges[0], phi.edges[-1], len(phi) % 4) == (-np.pi, np.pi, 0)
    assert np.all(np.diff(counts.edges) == 1)
    assert counts.edges[0] == -0.5


def _two_bins(content: dict[str, dict[str, tuple[float, float]]], variances: float = 0.0) -> hist.Hist:
    """A histogram of two bins: dataset -> alternative -> contents."""
    keys = list(dict.fromkeys(key for own in content.values() for key in own))
    made = hist.Hist(
        hist.axis.StrCategory(list(content), name="dataset"), hist.axis.StrCategory(keys, name="alternative"),
        hist.axis.Regular(2, 0, 2, name="x", label="x"), storage=hist.storage.Weight(), label="Events",
    )  # fmt: skip
    for i, own in enumerate(content.values()):
        for j, key in enumerate(keys):
            values = np.array(own.get(key, own[NOMINAL]))
            view = made.view()
            view["value"][i, j] = values
            view["variance"][i, j] = values if i == 0 else variances
    return made


def test_bands_are_combined_bin_by_bin_and_in_quadrature() -> None:
    made = _two_bins(
        {
            "data": {NOMINAL: (0.0, 4.0)},
            "dy": {
                NOMINAL: (10.0, 20.0), "norm/up": (13.0, 20.0), "norm/down": (9.0, 16.0),
                "scale/1": (14.0, 22.0), "scale/2": (10.0, 17.0),
            },
        },
        variances=4.0,
    )  # fmt: skip
    found = summed(made, Shown(("data",), ("dy",), {}, variations=VARIATIONS))  # type: ignore[arg-type]
    np.testing.assert_allclose(found.statistical, [2.0, 2.0])
    assert found.bands is not None
    # Down: statistical 2, norm 1 and 4, scale 0 and 3; up: statistical 2, norm 3 and 0, scale 4 and 2.
    np.testing.assert_allclose(found.bands[0], np.sqrt([4 + 1 + 0, 4 + 16 + 9]))
    np.testing.assert_allclose(found.bands[1], np.sqrt([4 + 9 + 16, 4 + 0 + 4]))
    # Scaled to the data, each alternative by its own factor.
    half = Shown(
        ("data",), ("dy",), {NOMINAL: 0.5, "norm/up": 0.5}, variations=(("norm", "up_down", 0.6827, ("up",)),)
    )
    found = summed(made, half)
    np.testing.assert_allclose(found.total, [5.0, 10.0])
    assert found.bands is not None
    np.testing.assert_allclose(found.bands[1], np.sqrt([1 + 1.5**2, 1.0]))


def test_the_smallest_of_many_samples_are_one() -> None:
    many = {f"s{i:02d}": {NOMINAL: (float(i), 1.0)} for i in range(40)}
    found = summed(_two_bins(many), Shown((), tuple(many), {}))
    names = [name for name, _ in found.samples]
    assert names == ["Other (33 samples)", *(f"s{i}" for i in range(33, 40))]
    assert found.total[0] == sum(range(40))


def test_a_sample_without_events_in_the_region_is_left_out() -> None:
    made = _two_bins({"dy": {NOMINAL: (1.0, 2.0)}, "top": {NOMINAL: (0.0, 0.0)}})
    made["top", NOMINAL, :] = np.zeros((made.axes[2].size, 2))
    assert [name for name, _ in summed(made, Shown((), ("dy", "top"), {})).samples] == ["dy"]


def _errors(ax: plt.Axes) -> npt.NDArray[np.float64]:
    """Ends of the vertical error bars, (bins, 2)."""
    (bars,) = [c for c in ax.containers if isinstance(c, ErrorbarContainer)]
    (lines,) = bars.lines[2][-1:]
    return np.array([segment[:, 1] for segment in lines.get_segments()])


def test_a_figure_has_poisson_intervals_for_empty_bins_too() -> None:
    made = _two_bins({"data": {NOMINAL: (0.0, 4.0)}, "dy": {NOMINAL: (2.0, 4.0)}}, variances=0.01)
    shown = Shown(("data",), ("dy",), {}, "luminosity", 59.7, "events", title="signal")
    (named,) = comparison_figures({"x": made}, shown)
    upper, lower = named.figure.axes
    tail = (1 - 0.682689492) / 2
    expected = [[0.0, chi2.isf(tail, 2) / 2], [chi2.ppf(tail, 8) / 2, chi2.isf(tail, 10) / 2]]
    np.testing.assert_allclose(_errors(upper), expected, rtol=1e-6)
    np.testing.assert_allclose(_errors(lower), np.array(expected) / [[2.0], [4.0]], rtol=1e-6)
    assert [t.get_text() for t in upper.get_legend().get_texts()][:2] == ["Data", "dy"]
    assert (upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel()) == ("Events", "Data / sim.", "x")
    assert named.name == "01_x"
    assert "normalised to 59.7 fb⁻¹" in named.caption
    plt.close(named.figure)


def test_a_blinded_figure_says_so_and_has_no_points() -> None:
    made = _two_bins({"dy": {NOMINAL: (2.0, 4.0)}}, variances=0.01)
    (named,) = comparison_figures({"x": made}, Shown((), ("dy",), {}, title="signal", blinded=True))
    upper, lower = named.figure.axes
    assert "data blinded" in upper.get_legend().get_title().get_text()
    assert not [c for c in upper.containers if isinstance(c, ErrorbarContainer)]
    assert lower.get_ylabel() == "Rel. unc."
    assert "collision data are blinded" in named.caption
    plt.close(named.figure)


def test_bins_of_very_different_size_are_on_a_logarithmic_axis() -> None:
    steep = _two_bins({"data": {NOMINAL: (5000.0, 3.0)}, "dy": {NOMINAL: (5000.0, 3.0)}}, variances=1.0)
    (named,) = comparison_figures({"x": steep}, Shown(("data",), ("dy",), {NOMINAL: 1.0}, "data"))
    assert named.figure.axes[0].get_yscale() == "log"
    assert "simulation scaled to data" in named.figure.axes[0].get_legend().get_title().get_text()
    plt.close(named.figure)


def test_data_alone_are_one_panel() -> None:
    made = _two_bins({"data": {NOMINAL: (3.0, 4.0)}})
    (named,) = comparison_figures({"x": made}, Shown(("data",), (), {}))
    assert len(named.figure.axes) == 1
    plt.close(named.figure)
