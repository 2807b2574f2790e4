"""What the numbers say, in sentences with their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symhep.methods.enumeration import plural, several
from symhep.methods.number import with_error
from symhep.methods.result import Statement
from symhep.methods.split import split_statements
from symhep_vae.record import IntrinsicDimension, NearConstant, VaeRecord
from symhep_vae.say.conclusion import inconclusive, longer, raised, surplus

__all__ = ["sentences"]

#: More than this are counted instead of listed.
LISTED = 6
#: Below this |r| a latent mixes several quantities.
FOLLOWS = 0.9


def sentences(record: VaeRecord) -> Iterator[Statement]:
    """The physics, most important first."""
    yield _count(record)
    # As many events as features span fewer directions whatever the physics.
    if record.events.used > len(record.features):
        yield from _linear(record)
    yield from _curved(record)
    yield from _followed(record)
    yield from _carried(record)
    yield from _dimension(record)
    yield from _length(record)
    yield from split_statements(
        record.split,
        "relevance, information, KL divergence and losses are averages over the validation events, all "
        "other results use the training events"
        if record.validation is not None
        else "all results use the training events",
    )
    yield from _validated(record)


def _count(record: VaeRecord) -> Statement:
    count, rank = record.relevant_latents, record.pca.rank
    spectrum = ", ".join(rho.text() for rho in record.relevance.numbers())
    features = plural(len(record.features), "feature")
    relevant = f"{_relevant(record)} (relevance {spectrum})"
    if reason := inconclusive(record):
        text = (
            f"{features}, but no conclusion on the number of independent directions is possible: "
            f"{reason}. The fit gives: {relevant}."
        )
    elif surplus(record):
        cause = (
            "a deterministic autoencoder does not suppress redundant latents"
            if record.variant == "ae"
            else f"a value above the rank {rank} indicates unfinished training; raise {longer(record)}"
        )
        text = (
            f"{features}, at most {plural(rank, 'independent direction')} (the rank of the covariance). "
            f"{relevant}, which is unreliable: {cause}."
        )
    elif count.graded:
        text = (
            f"{features}, {plural(count.value, 'independent direction')}: the relevances decrease "
            f"gradually ({spectrum}), so the number depends on the threshold: between {count.low} and "
            f"{count.high}."
        )
    else:
        text = f"{features}, {plural(count.value, 'independent direction')}: {relevant}."
    return Statement(
        text,
        {
            "value": count.value, "low": count.low, "high": count.high, "runs": record.runs.used,
            "rank_of_covariance": rank, "relevance_mean": list(record.relevance.mean),
            "relevance_std": list(record.relevance.std),
        },
        "relevance",
    )  # fmt: skip


def _relevant(record: VaeRecord) -> str:
    """'3 of 6 latents are relevant in all 15 runs'."""
    count, runs = record.relevant_latents, record.runs.used
    agree = count.per_run.count(count.value)
    where = "in the only run" if runs == 1 else f"in {'all' if agree == runs else f'{agree} of'} {runs} runs"
    verb = "is" if count.value == 1 else "are"
    return f"{count.value} of {len(record.relevance.mean)} latents {verb} relevant {where}"


def _linear(record: VaeRecord) -> Iterator[Statement]:
    """Features, sums and differences that never change, each told once."""
    linear = [c for c in record.near_constants if c.constraint and c.kind in ("sum", "difference", "feature")]
    fixed_features = [c.name for c in linear if c.kind == "feature"]
    follow = {f"{a} {sign} {b}" for a in fixed_features for b in fixed_features for sign in "+-"}
    linear = [c for c in linear if c.name not in follow]
    features, rank = len(record.features), record.pca.rank
    removed = features - rank
    if linear:
        what = (
            "a linear constraint, which removes" if len(linear) == 1 else "linear constraints, which remove"
        )
        # Noise added to the features hides a constraint from the covariance.
        effect = f": {what} {removed} of the {plural(features, 'direction')}" if removed else ""
        yield Statement(
            f"In every event {' and '.join(_fixed(linear))}{effect}.",
            {
                "largest_width": {c.name: c.width for c in linear},
                "rank_of_covariance": rank,
                "features": features,
            },
            "pca",
        )
    elif removed:
        yield Statement(
            f"The covariance of the {plural(features, 'feature')} has rank {rank}: "
            f"{plural(removed, 'linear constraint')} hold{'s' if removed == 1 else ''} in every event.",
            {"variances": [v.value for v in record.pca.variances]},
            "pca",
        )


def _fixed(constants: Sequence[NearConstant]) -> Iterator[str]:
    zero, others = [c for c in constants if c.vanishes], [c for c in constants if not c.vanishes]
    if zero:
        yield f"{several([c.name for c in zero], LISTED)} vanish{'es' if len(zero) == 1 else ''}"
    if others:
        yield several([_equation(c) for c in others], LISTED)


def _equation(c: NearConstant) -> str:
    return f"{c.name} = {c.value:.5g} {c.unit}".rstrip()


def _curved(record: VaeRecord) -> Iterator[Statement]:
    """Masses, energies and lengths that never change, or little."""
    curved = [c for c in record.near_constants if c.kind in ("pair", "particle", "norm") and not c.vanishes]
    exact, narrow = [c for c in curved if c.constraint], [c for c in curved if not c.constraint]
    if exact:
        one = len(exact) == 1
        yield Statement(
            f"{several([_equation(c) for c in exact], LISTED)} in every event: "
            f"{'a non-linear constraint, which confines' if one else 'non-linear constraints, which confine'} "
            f"the events "
            f"to a surface but {'does' if one else 'do'} not lower the number of relevant latents.",
            _widths(exact),
        )
    if narrow:
        soft = "it is not a strict constraint" if len(narrow) == 1 else "they are not strict constraints"
        told = several([f"{c.name} = {with_error(c.value, c.width, c.unit)}" for c in narrow], LISTED)
        yield Statement(f"{told} (median and central 68 %): nearly constant, so {soft}.", _widths(narrow))


def _widths(constants: Sequence[NearConstant]) -> dict[str, dict[str, float]]:
    return {c.name: {"centre": c.value, "width": c.width} for c in constants}


def _followed(record: VaeRecord) -> Iterator[Statement]:
    """Which combination each relevant latent of the representative run follows."""
    numbered = [(j, f, f.r.value or 0.0) for j, f in enumerate(record.followed, start=1)]
    clear = [f"latent {j} follows {f.combination}, |r| = {r:.2f}" for j, f, r in numbered if r >= FOLLOWS]
    mixed = [
        f"latent {j} is closest to {f.combination}, |r| = {r:.2f}" for j, f, r in numbered if r < FOLLOWS
    ]
    if numbered:
        run = record.runs.representative
        yield Statement(
            f"In the run of median loss (run {run}): {'; '.join((clear + mixed)[:8])}.",
            {"run": run}
            | {
                f"latent {j}": {"combination": f.combination, "abs_r": r, "error": f.r.error}
                for j, f, r in numbered
            },
            "correlations",
        )


def _carried(record: VaeRecord) -> Iterator[Statement]:
    """What the relevant latents carry together, in all runs: independent of how each run rotates them."""
    by_name = {c.name: c for c in record.combinations}
    chosen = [by_name[name] for name in record.carried]
    if not chosen:
        return
    single = sum(c.single_r.value or 0.0 for c in chosen) / len(chosen)
    rotated = (
        f" Single latents correlate less (|r| = {single:.2f} on average): the basis of the latent space "
        f"differs between runs, the space spanned is the same."
        if single < FOLLOWS
        else ""
    )
    told = several([f"{c.name} with r = {c.r.text()}" for c in chosen], LISTED)
    one = set(record.relevant_latents.per_run) == {1}
    what = "the relevant latent" if one else "a linear combination of the relevant latents"
    yield Statement(
        f"In {plural(record.runs.used, 'run')}, {what} follows {told}.{rotated}",
        {
            c.name: {"r": c.r.to_json(), "r_squared": c.r_squared.to_json(), "single_r": c.single_r.to_json()}
            for c in chosen
        },
        "correlations",
    )


def _dimension(record: VaeRecord) -> Iterator[Statement]:
    d, count = record.intrinsic_dimension, record.relevant_latents.value
    if d.low is None or d.high is None:
        return
    if d.value is None:
        if len(d.scales) > 1:
            yield _no_plateau(d)
        return
    text = f"The intrinsic dimension of the sample is {d.value:.2f} ({d.low:.2f} to {d.high:.2f})"
    if d.points is not None and d.distinct is not None and d.points < d.distinct:
        text += f", by {d.points:,} of {d.distinct:,} distinct events"
    latents = plural(count, "relevant latent")
    if inconclusive(record) or surplus(record):
        text += "."
    elif count > d.high + 0.5:
        text += (
            f", below the {latents}: a smooth encoding of a closed or curved surface needs more "
            f"latents than the surface has dimensions."
        )
    elif count < d.low - 0.5:
        text += (
            f", above the {latents}: some directions have a spread too small, or a structure too fine, "
            f"to be encoded at beta = {record.beta:g}."
        )
    else:
        text += f", compatible with the number of relevant latents ({count})."
    estimates = {name: number.to_json() for name, number in d.estimators.items()}
    yield Statement(text, {"points": d.points} | estimates)


def _no_plateau(d: IntrinsicDimension) -> Statement:
    """What nearest neighbours see where the dimension depends on how far they are apart."""
    fine, coarse = d.scales[0], d.scales[-1]
    a, b = fine.estimate.value or 0.0, coarse.estimate.value or 0.0
    why = (
        "noise or narrow directions add dimensions at short distances"
        if a > b
        else "the surface on which the events lie is folded"
    )
    return Statement(
        f"The intrinsic dimension depends on the distance scale: {a:.2f} with {fine.points:,} events "
        f"(nearest-neighbour distance {fine.neighbour_distance:.2g} in standardised features) and {b:.2f} "
        f"with {coarse.points:,} events ({coarse.neighbour_distance:.2g}); {why}.",
        {"points": d.points, "scales": [s.to_json() for s in d.scales]},
    )


def _validated(record: VaeRecord) -> Iterator[Statement]:
    if (found := record.validation) is None:
        return
    yield Statement(
        f"On the {record.split.validated:,} validation events the reconstruction error is "
        f"{found.reconstruction.text()} and the KL divergence {found.kl_divergence.text()} nats; the loss "
        f"exceeds that of the training events by {found.excess_loss.text()}.",
        found.to_json(),
        "loss",
    )


def _length(record: VaeRecord) -> Iterator[Statement]:
    if raised(record):
        runs = record.runs
        yield Statement(
            f"The number of epochs was raised from {runs.epochs_asked} to {runs.epochs} to reach "
            f"min_steps; each network makes {runs.steps} optimiser steps.",
            {"asked": runs.epochs_asked, "epochs": runs.epochs, "steps": runs.steps},
        )
