"""Figures are drawn from stored arrays alone, for shapes small and large."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
from symhep_vae.latent_figures import correlation_map, latent_matrix, latent_plane

from symhep.plotting.style import use_style
from symhep_vae.figures import loss_curves, principal_component_spectrum, relevance_spectrum


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def arrays(features: int = 3, latents: int = 4, runs: int = 5, events: int = 200) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    relevance = -np.sort(-rng.exponential(size=(runs, latents)), axis=1)
    return {
        "relevance": relevance,
        "linear_relevance": np.linspace(3, 0, features),
        "pca_variance": np.linspace(2, 0, features),
        "pca_error": np.full(features, 0.1),
        "beta": np.array(0.1),
        "curves": rng.uniform(1, 2, size=(3, 6, runs)),
        "features": rng.normal(size=(events, features)),
        "latent_means": rng.normal(size=(events, latents)),
        "representative_relevance": relevance[0],
        "feature_labels": np.array([f"$x_{i}$" for i in range(features)]),
        "feature_units": np.array(["GeV"] * features),
        "combination_labels": np.array([f"$c_{{{i}}}$" for i in range(7)]),
        "correlation": rng.uniform(-1, 1, size=(latents, 7)),
        "span_mean": rng.uniform(size=7),
        "span_std": np.full(7, 0.1),
    }


def test_the_spectrum_shows_means_and_threshold() -> None:
    a = arrays()
    ax = relevance_spectrum(a).axes[0]
    drawn = [line.get_ydata() for line in ax.lines]
    assert any(np.array_equal(y, a["relevance"].mean(axis=0)) for y in drawn)
    assert any(np.array_equal(y, [1.0, 1.0]) for y in drawn)
    assert ax.get_yscale() == "log"


def test_components_that_vanish_stay_on_the_axes() -> None:
    ax = principal_component_spectrum(arrays()).axes[0]
    bottom = ax.get_ylim()[0]
    assert all(np.all(np.asarray(line.get_ydata()) >= bottom) for line in ax.lines if len(line.get_xdata()))


def test_the_total_is_reconstruction_plus_beta_kl() -> None:
    a = arrays()
    ax = loss_curves(a).axes[0]
    total = {line.get_label(): line.get_ydata() for line in ax.lines}["total"]
    assert np.asarray(total) == pytest.approx(np.median(a["curves"][0] + 0.1 * a["curves"][1], axis=1))


def test_the_matrix_has_a_panel_per_latent_and_feature() -> None:
    assert len(latent_matrix(arrays(features=3, latents=4)).axes) == 12
    assert len(latent_matrix(arrays(features=20, latents=30)).axes) == 64


def test_the_plane_avoids_features_that_repeat_each_other() -> None:
    a = arrays(features=3, latents=1)
    x = a["features"]
    x[:, 1] = -x[:, 0]
    a["latent_means"][:, 0] = 2 * x[:, 0] + 0.5 * x[:, 2]
    ax = latent_plane(a).axes[0]
    assert ax.get_xlabel() == "$x_0$ [GeV]"
    assert ax.get_ylabel() == "$x_2$ [GeV]"


def test_the_map_writes_correlations_that_matter() -> None:
    a = arrays()
    texts = {t.get_text() for t in correlation_map(a).axes[0].texts}
    assert len(texts) > 0
    strongest = np.abs(a["correlation"]).max()
    assert any(t.lstrip("−") == f"{strongest:.2f}".replace("0.", ".") for t in texts)


def test_no_text_of_two_panels_overlaps() -> None:
    figure = correlation_map(arrays())
    figure.canvas.draw()
    left, right = (ax.get_tightbbox() for ax in figure.axes[:2])
    assert left.x1 <= right.x0 + 1


@pytest.mark.parametrize(
    "labels",
    [
        ["deltaphi(leps[0], leps[1])", "(leps[0] + leps[1]).pt", "mass(leps[0], leps[1])", "leps[0].phi"],
        [r"$p_\mathrm{T}(\mathrm{selected\_leptons[0]})$"] * 4,
        ["averyveryverylongnamewithoutanyspace" * 2, "sqrt(a) + " * 20, "x", "y"],
    ],
)
def test_names_of_features_do_not_overlap(labels: list[str]) -> None:
    figure = latent_matrix(arrays(features=4, latents=1) | {"feature_labels": np.array(labels)})
    figure.canvas.draw()
    boxes = [ax.xaxis.label.get_window_extent() for ax in figure.axes]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_few_points_are_drawn_larger() -> None:
    few, many = (latent_matrix(arrays(events=n)).axes[0].lines[0].get_markersize() for n in (38, 4000))
    assert few > 2 * many
