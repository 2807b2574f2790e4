"""Figures are drawn from the stored result alone, for shapes small and large."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

from symhep.methods.number import Number
from symhep.methods.result import Result
from symhep.plotting.style import COLOURS, GREY, use_style
from symhep_vae.figures.gallery import draw_all
from symhep_vae.figures.latents import correlation_map, latent_matrix, latent_plane
from symhep_vae.figures.spectra import loss_curves, principal_component_spectrum, relevance_spectrum
from symhep_vae.fit.count import count_relevant
from symhep_vae.record import Spectrum, VaeRecord


@pytest.fixture(autouse=True)
def _style() -> Iterator[None]:
    with use_style():
        yield
    plt.close("all")


def result(
    features: int = 3, latents: int = 4, runs: int = 5, events: int = 200, labels: list[str] | None = None
) -> Result[VaeRecord]:
    """Arrays of random numbers, and a record of the same shape."""
    rng = np.random.default_rng(1)
    relevance = -np.sort(-rng.exponential(size=(runs, latents)), axis=1)
    arrays = {
        "used": np.arange(runs),
        "relevance": relevance,
        "curves": rng.uniform(1, 2, size=(3, 6, runs)),
        "features": rng.normal(size=(events, features)),
        "latent_means": rng.normal(size=(events, latents)),
        "correlation": rng.uniform(-1, 1, size=(latents, 7)),
    }
    unknown = {"mean": [], "std": []}
    one = Number.with_error(1.0, 0.1)
    names = labels or [f"$x_{i}$" for i in range(features)]
    record = VaeRecord(
        relevance=Spectrum.of(relevance),
        relevant_latents=count_relevant(relevance),
        information_bits=unknown, kl_nats=unknown, active_units=one, intrinsic_dimension={},
        intrinsic_dimension_latent=one,
        pca={
            "variances": [Number.with_error(v, 0.1) for v in np.linspace(2, 0, features)], "rank": features - 1,
            "linear_relevance": np.linspace(3, 0, features),
        },
        near_constants=(),
        features=[{"name": "x", "label": label, "unit": "GeV", "spread": 1.0} for label in names],
        combinations=[
            {"name": f"c{i}", "label": f"$c_{{{i}}}$", "kind": "sum", "r_squared": one, "r": one, "single_r": one}
            for i in range(7)
        ],
        carried=(), followed=(),
        loss_terms={"reconstruction": one, "kl_divergence": one, "total_correlation": one, "fall": None,
                    "fall_epochs": 1},
        runs={
            "asked": runs, "used": runs, "diverged": 0, "first_divergence": None, "useless": 0, "representative": 0,
            "epochs": 6, "epochs_asked": 6, "steps": 600,
        },
        split={"trained": events, "validated": 0, "neither": 0}, validation=None,
            events={"used": events, "available": events, "effective": events, "negative": 0.0},
        beta=0.1, variant="vae",
    )  # fmt: skip
    return Result(record, arrays)


def test_the_spectrum_shows_means_and_threshold() -> None:
    r = result()
    ax = relevance_spectrum(r.arrays, r.record).axes[0]
    drawn = [line.get_ydata() for line in ax.lines]
    assert any(np.array_equal(y, r.arrays["relevance"].mean(axis=0)) for y in drawn)
    assert any(np.array_equal(y, [1.0, 1.0]) for y in drawn)
    assert ax.get_yscale() == "log"


def test_components_that_vanish_stay_on_the_axes() -> None:
    ax = principal_component_spectrum(result().record).axes[0]
    bottom = ax.get_ylim()[0]
    assert all(np.all(np.asarray(line.get_ydata()) >= bottom) for line in ax.lines if len(line.get_xdata()))


def test_the_total_is_reconstruction_plus_beta_kl() -> None:
    a = result().arrays
    ax = loss_curves(a, beta=0.1).axes[0]
    total = {line.get_label(): line.get_ydata() for line in ax.lines}["total"]
    assert np.asarray(total) == pytest.approx(np.median(a["curves"][0] + 0.1 * a["curves"][1], axis=1))


def test_the_matrix_has_a_panel_per_latent_and_feature() -> None:
    small, large = result(features=3, latents=4), result(features=20, latents=30)
    assert len(latent_matrix(small.arrays, small.record).axes) == 12
    assert len(latent_matrix(large.arrays, large.record).axes) == 64


def test_the_matrix_greys_latents_that_are_irrelevant_in_the_run_shown() -> None:
    r = result()
    r.arrays["relevance"][0] = [3.0, 1.5, 0.4, 0.1]
    figure = latent_matrix(r.arrays, r.record)
    colours = [ax.lines[0].get_color() for ax in figure.axes[::3]]
    assert colours == [COLOURS[0]] * 2 + [GREY] * 2


def test_the_plane_avoids_features_that_repeat_each_other() -> None:
    r = result(features=3, latents=1)
    x = r.arrays["features"]
    x[:, 1] = -x[:, 0]
    r.arrays["latent_means"][:, 0] = 2 * x[:, 0] + 0.5 * x[:, 2]
    ax = latent_plane(r.arrays, r.record).axes[0]
    assert ax.get_xlabel() == "$x_0$ [GeV]"
    assert ax.get_ylabel() == "$x_2$ [GeV]"


def test_the_map_writes_correlations_that_matter() -> None:
    r = result()
    texts = {t.get_text() for t in correlation_map(r.arrays, r.record).axes[0].texts}
    assert len(texts) > 0
    strongest = np.abs(r.arrays["correlation"]).max()
    assert any(t.lstrip("−") == f"{strongest:.2f}".replace("0.", ".") for t in texts)


def test_no_text_of_two_panels_overlaps() -> None:
    r = result()
    figure = correlation_map(r.arrays, r.record)
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
    r = result(features=4, latents=1, labels=labels)
    figure = latent_matrix(r.arrays, r.record)
    figure.canvas.draw()
    boxes = [ax.xaxis.label.get_window_extent() for ax in figure.axes]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))


def test_few_points_are_drawn_larger() -> None:
    few, many = (
        latent_matrix(r.arrays, r.record).axes[0].lines[0].get_markersize()
        for r in (result(events=38), result(events=4000))
    )
    assert few > 2 * many


def test_the_gallery_leaves_out_what_there_is_nothing_of() -> None:
    one = result(features=1, latents=1, runs=1)
    bare = Result(one.record.model_copy(update={"combinations": ()}), one.arrays)
    assert [f.name for f in draw_all(bare)] == ["relevance", "pca", "latents", "loss"]
    assert [f.name for f in draw_all(result())] == [
        "relevance",
        "pca",
        "correlations",
        "latents",
        "plane",
        "loss",
    ]
