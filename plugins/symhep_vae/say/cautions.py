"""What a reader must know before believing the findings."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.events.effective import FEW
from symhep.methods.copies import copies_statements
from symhep.methods.enumeration import plural, several
from symhep.methods.result import Statement
from symhep_vae.record import JUMP, MIN_EVENTS, VaeRecord, ValidationRecord
from symhep_vae.say.conclusion import inconclusive, longer, trained_on

__all__ = ["cautions"]

#: Adam moves a parameter by about the learning rate a step: with fewer steps irrelevant latents have not yet
#: been switched off (1000 events and 140 steps: six of six latents relevant where three are).
MIN_STEPS = 700
#: The loss still falling by more than this share over the last fifth of the epochs.
STILL_FALLING = 0.05
#: Standard errors, and share of the reconstruction error, above which a loss on other events is too large.
SIGMA, LARGE = 3.0, 0.1
#: Fewer runs than this give no reliable spread.
MIN_RUNS = 5
#: A scaled feature that spreads wider than this is not of order one.
WIDE = 10
#: A scaled feature that spreads less than this is constant.
FLAT = 1e-9
#: An azimuth at the jump at +-pi, on both sides, in more than this share of the |weight|.
JUMPING = 0.2


def cautions(record: VaeRecord) -> Iterator[Statement]:
    """Warnings, those that matter most first."""
    yield from _lost_runs(record)
    yield from _count(record)
    yield from _training(record)
    yield from _events(record)
    yield from _features(record)
    yield from _weights(record)
    yield from copies_statements(record.events)
    if record.variant == "ae":
        yield _warn(
            "A deterministic autoencoder has no posterior width. The relevance given here is the change of "
            "the reconstruction when a latent is fixed to its mean, in units of sqrt(beta/2), the "
            "resolution of the VAE. Redundant latents are not suppressed, so the number of relevant "
            "latents is not a measure of the number of independent directions.",
            variant=record.variant,
        )


def _warn(text: str, figure: str | None = None, **evidence: object) -> Statement:
    return Statement(text, evidence, figure, kind="warning")


def _lost_runs(record: VaeRecord) -> Iterator[Statement]:
    runs = record.runs
    if runs.diverged:
        yield _warn(
            f"{runs.diverged} of {runs.asked} runs diverged, the first at epoch {runs.first_divergence}. "
            f"The usual cause is features in GeV that are not scaled: use scaling: standard. Results are "
            f"from the other runs.",
            "loss",
            diverged=runs.diverged,
            first_epoch=runs.first_divergence,
        )
    if runs.useless:
        reconstruct = "reconstructs" if runs.useless == 1 else "reconstruct"
        yield _warn(
            f"{runs.useless} of {runs.asked} runs {reconstruct} worse than a constant prediction (the mean "
            f"of the features) and {'is' if runs.useless == 1 else 'are'} excluded.",
            "loss",
            useless=runs.useless,
        )


def _count(record: VaeRecord) -> Iterator[Statement]:
    count, runs, latents = record.relevant_latents, record.runs, len(record.relevance.mean)
    if count.collapsed:
        yield _warn(
            f"{count.collapsed} of {runs.used} runs collapsed (posterior collapse): no latent is relevant. "
            f"Either the variance of every direction of the scaled features is below beta = "
            f"{record.beta:g}, or the training is too short. Lower beta, or set warmup.",
            "relevance",
            collapsed=count.collapsed,
        )
    all_relevant = count.value == latents and record.variant != "ae"
    if all_relevant and record.pca.rank > count.value and not inconclusive(record):
        yield _warn(
            f"Every latent is relevant: {count.value} is a lower bound. Raise latent_dim above it.",
            "relevance",
            relevant=count.value,
            latent_dim=latents,
        )
    elif count.low < min(count.per_run) or count.high > max(count.per_run):
        yield _warn(
            f"Some latents lie within a factor two of the threshold, relevance {count.threshold:g}: the "
            f"spread of these directions is close to the resolution set by beta. Scan beta to see at which "
            f"value they become relevant.",
            "relevance",
            low=count.low,
            high=count.high,
        )
    if runs.used < MIN_RUNS:
        give = "gives" if runs.used == 1 else "give"
        yield _warn(
            f"{plural(runs.used, 'run')} {give} no reliable estimate of the spread between runs: use at "
            f"least 15 runs.",
            runs=runs.used,
        )


def _training(record: VaeRecord) -> Iterator[Statement]:
    runs, loss = record.runs, record.loss_terms
    if runs.steps < MIN_STEPS:
        yield _warn(
            f"Only {plural(runs.steps, 'optimiser step')}: the networks are hardly trained. Raise "
            f"{longer(record)}.",
            "loss",
            steps=runs.steps,
        )
    if loss.fall is not None and loss.fall > STILL_FALLING:
        yield _warn(
            f"The loss still decreased by {loss.fall:.0%} over the last "
            f"{plural(loss.fall_epochs, 'epoch')}: the training has not converged. Raise {longer(record)} "
            f"or learning_rate.",
            "loss",
            fall=loss.fall,
        )
    if record.validation is not None:
        yield from _excess(record.validation, loss.reconstruction.value or 0.0)


def _excess(validation: ValidationRecord, trained: float) -> Iterator[Statement]:
    """Networks that know the events of their training by heart."""
    excess, error = validation.excess_loss.value, validation.excess_loss.error
    if excess is None or error is None or excess < SIGMA * error or excess < LARGE * trained:
        return
    yield _warn(
        f"Overtraining: the loss of the validation events exceeds that of the training events by "
        f"{validation.excess_loss.text()} (reconstruction error of the training events: {trained:.3g}). "
        f"Raise "
        "train_events, or lower min_steps, epochs or hidden.",
        "loss",
        excess_loss=validation.excess_loss.to_json(),
        reconstruction=trained,
    )


def _events(record: VaeRecord) -> Iterator[Statement]:
    events, fewest = record.events, trained_on(record)
    if fewest < MIN_EVENTS:
        yield _warn(
            f"Only {plural(fewest, 'event')}: no conclusion on the number of directions is possible.",
            events=fewest,
        )
    elif events.effective < FEW:
        yield _warn(
            f"Effective number of events (sum w)^2 / sum w^2 = {events.effective:.0f} < {FEW:g}: spreads, "
            "correlations and their errors are unreliable.",
            effective_events=events.effective,
        )


def _features(record: VaeRecord) -> Iterator[Statement]:
    largest = max(f.spread for f in record.features)
    if largest > WIDE:
        yield _warn(
            f"The scaled features spread up to {largest:.3g}, much larger than beta = {record.beta:g}; the "
            f"training may fail. Use scaling: standard.",
            largest_spread=largest,
        )
    flat = [f.name for f in record.features if f.spread < FLAT]
    if flat:
        yield _warn(
            f"{several(flat)} {'is' if len(flat) == 1 else 'are'} constant and "
            f"{'carries' if len(flat) == 1 else 'carry'} no information.",
            features=flat,
        )
    yield from _azimuths(record)


def _azimuths(record: VaeRecord) -> Iterator[Statement]:
    """Back-to-back directions lie at +pi or -pi as rounding has it."""
    for feature in record.features:
        above, below = feature.near_pi or 0.0, feature.near_minus_pi or 0.0
        if above and below and above + below > JUMPING:
            yield _warn(
                f"{feature.name} is within {JUMP:g} rad of pi or -pi in {above + below:.0%} of the events. "
                f"The angle is discontinuous there: neighbouring directions have distant values. Use px "
                f"and py, or cos and sin.",
                "latents",
                near_pi=above,
                near_minus_pi=below,
            )


def _weights(record: VaeRecord) -> Iterator[Statement]:
    events = record.events
    if events.negative:
        yield _warn(
            f"{events.negative:.1%} of the sum of |w| has negative weight, which enters the loss, the "
            f"spreads and the correlations with its sign; the effective number of events is "
            f"{events.effective:.0f}. The intrinsic dimension does not use weights.",
            negative=events.negative,
            effective_events=events.effective,
        )
