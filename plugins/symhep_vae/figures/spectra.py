"""The spectra of latents and of principal components, and the training."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from symhep.methods.result import Arrays
from symhep.plotting.panel import panel
from symhep.plotting.style import COLOURS, GREY
from symhep_vae.record import VaeRecord

__all__ = ["loss_curves", "principal_component_spectrum", "relevance_spectrum"]

#: Principal components below this variance are drawn at the floor: zero has no place on a log axis.
FLOOR = 1e-4


def relevance_spectrum(a: Arrays, record: VaeRecord) -> Figure:
    """Relevance against the latent's rank; Sanz, Figs. 2, 6 and 8."""
    rho = np.maximum(a["relevance"], 1e-4)
    mean = rho.mean(axis=0)
    # On a log axis the central 68 % of the runs say more than a standard deviation, which may reach below zero.
    low, high = np.quantile(rho, [0.16, 0.84], axis=0)
    index = np.arange(1, rho.shape[1] + 1)
    figure, ax = panel()
    ax.axhspan(*record.relevant_latents.band, color="#e9eaec", lw=0, zorder=0)
    ax.axhline(record.relevant_latents.threshold, color=GREY, ls="--", lw=1.2, zorder=1)
    jitter = np.linspace(-0.16, 0.16, len(rho)) if len(rho) > 1 else np.zeros(1)
    ax.plot((index + jitter[:, None]).ravel(), rho.ravel(), ".", ms=5, color=COLOURS[0], alpha=0.45, zorder=2)
    linear = np.array(record.pca.linear_relevance, dtype=np.float64)[: len(index)]
    shown = np.isfinite(linear) & (linear > 0)
    ax.plot(
        np.arange(1, len(linear) + 1)[shown] + 0.3, linear[shown], "s", mfc="none", mec=COLOURS[1], mew=1.5,
        label="linear VAE (from PCA)", zorder=3,
    )  # fmt: skip
    bars = np.clip([mean - low, high - mean], 0, None)
    ax.errorbar(
        index, mean, yerr=bars, fmt="o", ms=6, color=COLOURS[0], mec="white", mew=0.8, capsize=3,
        label=f"mean and central 68 % of {len(rho)} runs" if len(rho) > 1 else "1 run", zorder=4,
    )  # fmt: skip
    ax.set_yscale("log")
    bottom = max(min(0.3 * float(mean.min()), 0.3), 1e-3)
    top = float(max(mean.max(), linear[shown].max(initial=0.0), 2.5))
    ax.set_ylim(bottom, top * 4)
    ax.set_xlim(0.4, len(index) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="Latent, in order of relevance", ylabel=r"Relevance  std$\,\mu_j\,/\,$mean$\,\sigma_j$")
    ax.legend(loc="upper right")
    return figure


def principal_component_spectrum(record: VaeRecord) -> Figure:
    """Eigenvalues of the covariance of the scaled features, and where beta puts the line."""
    variances, beta = record.pca.variances, record.beta
    variance = np.array([v.value for v in variances], dtype=np.float64)
    error = np.array([v.error for v in variances], dtype=np.float64)
    index = np.arange(1, len(variance) + 1)
    above = variance > FLOOR
    figure, ax = panel()
    if beta > 0:
        ax.axhline(beta, color=GREY, ls="--", lw=1.2, label=rf"$\beta = {beta:g}$")
        ax.axhline(beta / 2, color=GREY, ls=":", lw=1.2, label=r"$\beta/2$")
    errors = np.nan_to_num(error[above])
    ax.errorbar(
        index[above], variance[above], yerr=[np.minimum(errors, 0.95 * variance[above]), errors], fmt="o", ms=6,
        color=COLOURS[2], mec="white", mew=0.8, capsize=3,
    )  # fmt: skip
    ax.plot(index[~above], np.full((~above).sum(), 1.6 * FLOOR), "v", ms=7, color=COLOURS[2], mec="white")
    ax.set_yscale("log")
    ax.set_ylim(
        FLOOR if not above.all() else None, 6 * float(max(variance.max(initial=0.0), beta, 10 * FLOOR))
    )
    ax.set_xlim(0.4, len(index) + 0.6)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="Principal component", ylabel="Variance (scaled features)")
    ax.legend(loc="upper right", ncols=2)
    return figure


def loss_curves(a: Arrays, beta: float) -> Figure:
    """Reconstruction error, beta KL and their sum against the epoch."""
    reconstruction, kl, correlation = a["curves"]
    kl = beta * kl
    figure, ax = panel()
    terms = [("total", reconstruction + kl, "black"), ("reconstruction", reconstruction, COLOURS[0])]
    terms += [(r"$\beta\,$KL", kl, COLOURS[1])] if (kl > 0).any() else []
    terms += [("total correlation", correlation, COLOURS[4])] if np.abs(correlation).max() > 0 else []
    for name, values, colour in terms:
        _band(ax, values, colour, name)
    smallest = min(float(np.nanmin(values)) for _, values, _ in terms)
    if smallest > 0:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="Epoch", ylabel="Loss per event")
    ax.legend(loc="upper right")
    return figure


def _band(ax: Any, values: Any, colour: str, name: str) -> None:
    epochs = np.arange(1, len(values) + 1)
    ax.fill_between(epochs, values.min(axis=1), values.max(axis=1), color=colour, alpha=0.2, lw=0)
    marker = "o" if len(epochs) == 1 else ""
    ax.plot(epochs, np.median(values, axis=1), color=colour, marker=marker, label=name)
