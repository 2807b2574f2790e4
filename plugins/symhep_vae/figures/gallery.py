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
        f"(points with bars) and individual runs (small dots). Dashed line: threshold, above which the "
        f"spread of the latent mean exceeds the posterior width. Grey band: range in which the count "
        f"depends on the choice of the threshold. Open squares: optimum of a linear VAE, from the "
        f"principal components.",
    )
    yield NamedFigure(
        "pca",
        principal_component_spectrum(record),
        "Variance of the principal components of the scaled features, with bootstrap errors. A linear VAE "
        "encodes components above the dotted line (beta/2); their relevance exceeds 1 above the dashed "
        "line (beta). Triangles: components below the axis range.",
    )
    if record.combinations:
        yield NamedFigure(
            "correlations",
            correlation_map(a, record),
            f"Correlation of the latent means with features and named combinations, for the run of median "
            f"loss (run {run}). Right: fraction R^2 of the variance of each combination explained by all "
            f"relevant latents together, mean and standard deviation over {runs}.",
        )
    yield NamedFigure(
        "latents",
        latent_matrix(a, record),
        f"Latent means of run {run} versus each feature. Relevant latents at the top; irrelevant ones in "
        f"grey, with means at the prior mean.",
    )
    if len(record.features) > 1:
        yield NamedFigure(
            "plane",
            latent_plane(a, record),
            f"Latent means of run {run} as a function of the two features that are most strongly related "
            f"to them (and not to each other).",
        )
    yield NamedFigure(
        "loss",
        loss_curves(a, record.beta),
        f"Terms of the training loss versus epoch: median over {runs}; bands: range of the runs.",
    )
