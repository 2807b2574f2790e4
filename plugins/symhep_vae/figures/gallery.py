"""All figures of a result with their captions, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural
from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_vae.figures.latents import correlation_map, latent_matrix, latent_plane
from symhep_vae.figures.spectra import loss_curves, principal_component_spectrum, relevance_spectrum
from symhep_vae.record import VaeRecord

__all__ = ["draw_all"]


def draw_all(result: Result[VaeRecord]) -> Iterator[NamedFigure]:
    """All figures of a result, the most telling first."""
    a, record = result.arrays, result.record
    runs, run = plural(record.runs.used, "run"), record.runs.representative
    yield NamedFigure(
        "relevance",
        relevance_spectrum(a, record),
        f"Relevance of the latents, ordered within each of {runs}: mean and central 68 % of the runs "
        "(points with bars) and the runs themselves (small dots). Above the dashed line the latent means vary more "
        "than the posterior is wide; in the grey band the count depends on where the line is drawn. Open squares: "
        "the optimum of a linear VAE, from the principal components.",
    )
    yield NamedFigure(
        "pca",
        principal_component_spectrum(record),
        "Variance of the principal components of the scaled features, with bootstrap errors. A linear VAE keeps "
        "components above the dotted line, beta/2, and finds them relevant above the dashed line, beta. "
        "Triangles stand for components below the axis.",
    )
    if record.combinations:
        yield NamedFigure(
            "correlations",
            correlation_map(a, record),
            f"Correlation of the latent means of run {run}, the one of median loss, with features and named "
            f"combinations. Right: the share of each combination's variance that the relevant latents carry "
            f"together, mean and spread over {runs}.",
        )
    yield NamedFigure(
        "latents",
        latent_matrix(a, record),
        f"Latent means of run {run} against every feature. Relevant latents above, irrelevant ones in grey: "
        "they stay at the prior's mean.",
    )
    if len(record.features) > 1:
        yield NamedFigure(
            "plane",
            latent_plane(a, record),
            f"Latent means of run {run} over the plane of the two features that are related to it most "
            "(and not to each other).",
        )
    yield NamedFigure(
        "loss",
        loss_curves(a, record.beta),
        f"Terms of the training loss per epoch: median over {runs}, with the range of the runs.",
    )
