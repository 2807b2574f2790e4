"""Measure every number of docs/project/reproduction.md that concerns the VAE relevance.

    python benchmarks/reproduce_vae.py [--seeds 3] [--runs 15] [STUDY ...]

Each study prints a table: mean +- spread over all runs of all seeds. The samples
are those of samples/, the toys are drawn here (10,000 events each).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import awkward as ak
import numpy as np
import numpy.typing as npt

import symhep
from symhep.errors import MethodError
from symhep.events.dataset import Dataset, Scaling
from symhep.methods.context import Context, seed_sequence
from symhep.methods.interface import Shard
from symhep.stats.intrinsic_dimension import intrinsic_dimension
from symhep.stats.principal_components import principal_components
from symhep_vae.fit.combinations import named_combinations
from symhep_vae.fit.correlations import correlate
from symhep_vae.fit.count import count_relevant, linear_relevance, undecided
from symhep_vae.fit.runs import Runs, gather
from symhep_vae.method import VaeRelevance
from symhep_vae.options import VaeOptions
from symhep_vae.sample import Sample

FloatArray = npt.NDArray[np.float64]
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
EVENTS = 10_000
RADIUS = 10.0
SEEDS, RUNS = 3, 15


def square() -> FloatArray:
    return np.random.default_rng(1).uniform(-RADIUS, RADIUS, size=(EVENTS, 2))


def circle(radial_spread: float = 0.0) -> FloatArray:
    rng = np.random.default_rng(2)
    angle = rng.uniform(0, 2 * np.pi, EVENTS)
    radius = RADIUS * (1 + radial_spread * rng.standard_normal(EVENTS))
    return radius[:, None] * np.c_[np.cos(angle), np.sin(angle)]


def sphere() -> FloatArray:
    x = np.random.default_rng(3).normal(size=(EVENTS, 3))
    return RADIUS * x / np.linalg.norm(x, axis=1, keepdims=True)


def rank(r: int, features: int = 8) -> FloatArray:
    """r independent normal numbers, mixed by a random orthonormal matrix into 8 features."""
    rng = np.random.default_rng(10 + r)
    mixing = np.linalg.qr(rng.normal(size=(features, features)))[0][:r]
    return rng.normal(size=(EVENTS, r)) @ mixing


def muons(file: str, variables: tuple[str, ...]) -> FloatArray:
    """(N, 2 V) features of mu- and mu+."""
    particles = symhep.load(SAMPLES / file).events["particles"]
    columns = []
    for pdg in (13, -13):
        one = particles[(particles.pdgId == pdg) & (particles.status == 1)][:, 0]
        columns += [ak.to_numpy(getattr(one, v)) for v in variables]
    return np.stack(columns, axis=1).astype(np.float64)


def lepton() -> FloatArray:
    return muons("ee_mumu_80GeV.lhe.gz", ("px", "py", "pz"))


def hadron() -> FloatArray:
    return muons("pp_mumu_13TeV.lhe.gz", ("E", "px", "py", "pz"))


def fit(x: FloatArray, scaling: Scaling = "standard", seeds: int | None = None, **options: object) -> Runs:
    """Runs of all seeds together."""
    data = Dataset.from_array(x, scaling=scaling)
    asked = VaeOptions(**({"runs": RUNS, "min_steps": 0} | options))
    sample = Sample.prepare(data, asked)
    parts = [
        VaeRelevance().fit(sample, Shard(), Context(seed_sequence(seed, "vae", 0)))
        for seed in range(1, (seeds or SEEDS) + 1)
    ]
    total = float(principal_components(sample.x, sample.weights).variances.sum())
    return gather(parts, asked, total)


def row(name: str, runs: Runs) -> None:
    """A line of a table: spectrum, how many runs found how many relevant latents, the interval."""
    mean, std = runs.relevance.mean(axis=0), runs.relevance.std(axis=0)
    spectrum = ", ".join(f"{m:.2g}±{s:.1g}" for m, s in zip(mean, std, strict=True))
    count = count_relevant(runs.relevance)
    votes = ", ".join(f"{n}: {c}" for n, c in sorted(Counter(count.per_run).items()))
    lost = runs.total - len(runs.used)
    print(
        f"| {name} | {spectrum} | {count.value} [{count.low}, {count.high}] | {votes}"
        f"{f'; lost {lost}' if lost else ''} |",
        flush=True,
    )


def try_row(name: str, x: FloatArray, scaling: Scaling = "standard", **options: object) -> None:
    try:
        row(name, fit(x, scaling, **options))
    except MethodError as error:
        print(f"| {name} | - | - | {error} |", flush=True)


def headline() -> None:
    """Figures 2, 6 and 8, standardised and raw."""
    for name, x, latents in (
        ("square", square(), 4), ("circle", circle(), 4), ("sphere", sphere(), 6),
        ("e+e- -> mu+mu-", lepton(), 6), ("pp -> mu+mu-", hadron(), 8),
    ):  # fmt: skip
        for scaling in ("standard", "none"):
            try_row(
                f"{name}, {'standardised' if scaling == 'standard' else 'raw'}",
                x,
                scaling,
                latent_dim=latents,
            )


def dimension() -> None:
    """Intrinsic dimension of the events, beside the relevant latents."""
    toys = {"square": square(), "circle": circle(), "sphere": sphere()}
    for name, x in (toys | {"ee": lepton(), "pp": hadron()}).items():
        found = intrinsic_dimension(x, np.random.default_rng(0))
        assert found is not None
        # without a plateau TwoNN has a range and no value: nan
        parts = [f"{k} {i.value:.2f} [{i.low:.2f}, {i.high:.2f}]" for k, i in found.by_estimator.items()]
        print(f"| {name} | {' | '.join(parts)} |", flush=True)


def circle_scan() -> None:
    """How many latents does a circle take, over scalings, beta and architectures?"""
    for scaling in ("standard", "none"):
        for hidden in ((64, 32), (32,), (128, 128)):
            for beta in (0.1, 0.5, 1.0, 2.0):
                name = f"circle {scaling}, hidden {hidden}, beta {beta:g}"
                try_row(name, circle(), scaling, latent_dim=4, hidden=hidden, beta=beta, seeds=1)


def circle_cut() -> None:
    """The loss of the circle if fewer latents are offered: is the code with two the best one?"""
    for latents in (1, 2, 4):
        for epochs in (20, 200):
            runs = fit(circle(), latent_dim=latents, epochs=epochs, seeds=1)
            loss = runs.curves[0, -1] + 0.1 * runs.curves[1, -1]
            print(f"loss {loss.mean():.3f}±{loss.std():.3f}, least {loss.min():.3f}: ", end="")
            row(f"{latents} latents, {epochs} epochs", runs)


def linear() -> None:
    """Linear VAE against its analytic optimum (5.1)."""
    for name, x, latents in (("circle", circle(), 4), ("ee", lepton(), 6), ("pp", hadron(), 8)):
        variances = principal_components(Dataset.from_array(x).scaled).variances
        print(f"optimum {name}: {np.round(linear_relevance(variances, 0.1), 2).tolist()}")
        try_row(name, x, latent_dim=latents, variant="linear", learning_rate=5e-3, epochs=40)
    try_row(
        "circle, one latent offered", circle(), latent_dim=1, variant="linear", learning_rate=5e-3, epochs=40
    )


def followed() -> None:
    """Figure 7: what the relevant latents of e+e- carry, singly and together."""
    x = lepton()
    data = Dataset.from_array(
        x, columns=tuple(f"{v}({p})" for p in ("mu-", "mu+") for v in ("px", "py", "pz"))
    )
    runs = fit(x)
    count = count_relevant(runs.relevance).per_run
    pairs = np.c_[x[:, :3] - x[:, 3:], x[:, :3] + x[:, 3:]]
    names = tuple(f"{v}(mu-) {sign} {v}(mu+)" for sign in "-+" for v in ("px", "py", "pz"))
    momentum = Dataset.from_array(pairs, columns=names)
    named = [c for d in (momentum, data) for c in named_combinations(d.take(runs.rows))[:6]]
    found = correlate(runs.means.astype(np.float64), count, named, np.ones(len(runs.rows)))
    single = found.best_match(count)
    for k, c in enumerate(found.combinations):
        one, r = single[:, k], np.sqrt(found.span[:, k])
        print(f"| {c.name} | {one.mean():.3f}±{one.std():.3f} | {r.mean():.4f}±{r.std():.4f} |", flush=True)
    print(f"vanishing: {[c.name for c in named if c not in found.combinations]}")


def variants() -> None:
    """Table 1 of the review."""
    for name, x, latents in (("circle", circle(), 4), ("ee", lepton(), 6), ("pp", hadron(), 8)):
        variances = principal_components(Dataset.from_array(x).scaled).variances
        spectrum = ", ".join(f"{v:.3g}" for v in variances)
        print(f"| {name}: PCA variances | {spectrum} | {int((variances > 0.1).sum())} | |", flush=True)
        for label, options in (
            ("deterministic AE", {"variant": "ae"}), ("VAE", {}), ("beta-VAE, beta 0.5", {"beta": 0.5}),
            ("FactorVAE", {"variant": "factor"}), ("beta-TCVAE", {"variant": "tc", "runs": 5, "seeds": 1}),
        ):  # fmt: skip
            try_row(f"{name}: {label}", x, latent_dim=latents, **options)


def noise() -> None:
    """9.1: noise on the features of e+e-; a direction of variance s^2 should count once s^2 > beta."""
    for s in (0.0, 0.05, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 1.0):
        try_row(f"ee, noise {s:g}", lepton(), noise=s, seeds=1)


def breaking() -> None:
    """9.1: break momentum conservation by a recoil of a given rms, in units of the momenta's spread."""
    x = lepton()
    recoil = np.random.default_rng(4).standard_normal((len(x), 3)) * x[:, :3].std(axis=0)
    for size in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0):
        broken = np.c_[x[:, :3] + size * recoil / 2, x[:, 3:] + size * recoil / 2]
        variance = principal_components(Dataset.from_array(broken).scaled).variances[3]
        try_row(f"ee, recoil {size:g} (4th variance {variance:.3g})", broken, seeds=1)


def sample_size() -> None:
    """9.1: fewer events, at 20 epochs and at the same number of steps."""
    for name, x, latents in (("ee", lepton(), 6), ("pp", hadron(), 8)):
        for n in (100, 300, 1000, 3000, 10_000):
            same_steps = 20 * (10_000 // 128) // max(1, n // min(128, n))
            for epochs in sorted({20, same_steps}):
                title = f"{name}, {n} events, {epochs} epochs"
                try_row(title, x, max_events=n, latent_dim=latents, epochs=epochs, seeds=1)


def sensitivity() -> None:
    """9.5: beta, epochs, architecture, activation, latent dimension, batch."""
    base = {"seeds": 1}
    for name, x, latents in (("ee", lepton(), 6), ("pp", hadron(), 8)):
        for beta in (0.01, 0.03, 0.1, 0.3, 1.0, 2.0, 4.0):
            try_row(f"{name}, beta {beta:g}", x, latent_dim=latents, beta=beta, **base)
        for epochs in (5, 10, 20, 40, 80):
            try_row(f"{name}, {epochs} epochs", x, latent_dim=latents, epochs=epochs, **base)
        for hidden in ((16,), (64,), (64, 32), (128, 64), (64, 64, 64)):
            try_row(f"{name}, hidden {hidden}", x, latent_dim=latents, hidden=hidden, **base)
        for activation in ("tanh", "elu", "softplus"):
            try_row(f"{name}, {activation}", x, latent_dim=latents, activation=activation, **base)
        try_row(f"{name}, {2 * latents} latents", x, latent_dim=2 * latents, **base)
        try_row(f"{name}, warm-up 10", x, latent_dim=latents, warmup=10, **base)


def calibration() -> None:
    """9.5: the count against data of known dimension."""
    for r in range(1, 8):
        try_row(f"{r} normal directions in 8 features", rank(r), latent_dim=8)


def graded() -> None:
    """One of four directions near the threshold, beta = 0.1: the interval by the runs alone, and as it is stated."""
    for variance in (0.04, 0.08, 0.1, 0.15, 0.2, 0.3):
        x = np.random.default_rng(4).normal(size=(4000, 4)) * np.sqrt([1, 1, 1, variance])
        components = principal_components(x)
        runs = fit(x, "none", seeds=1, latent_dim=5, runs=5, min_steps=1500)
        alone, stated = (count_relevant(runs.relevance, n) for n in (0, undecided(components, 0.1)))
        optimum = linear_relevance(components.variances, 0.1)[3]
        mean, std = runs.relevance.mean(axis=0)[3], runs.relevance.std(axis=0)[3]
        print(
            f"| {variance:g} | {optimum:.2f} | {mean:.2f} ± {std:.2f} | {alone.value} [{alone.low}, {alone.high}] | "
            f"{stated.value} [{stated.low}, {stated.high}] |",
            flush=True,
        )


STUDIES: dict[str, Callable[[], None]] = {
    f.__name__: f
    for f in (
        headline, dimension, followed, linear, circle_scan, circle_cut, calibration, variants, noise, breaking,
        sample_size, sensitivity, graded,
    )
}  # fmt: skip


def main() -> None:
    global SEEDS, RUNS
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", nargs="*", help=f"of {', '.join(STUDIES)}; all by default")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--runs", type=int, default=RUNS)
    args = parser.parse_args()
    SEEDS, RUNS = args.seeds, args.runs
    for name in args.study or STUDIES:
        print(f"\n## {name}: {STUDIES[name].__doc__}", flush=True)
        STUDIES[name]()


if __name__ == "__main__":
    main()
