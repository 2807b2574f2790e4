"""What projections and classifiers trained afterwards say of the found elements, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from symhep.methods.enumeration import several
from symhep.methods.number import Number
from symhep.methods.result import Statement
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.validation.record import DivergenceMean, DivergenceRecord

__all__ = ["divergence_statements", "loss_statements", "mean_number", "over_noise"]

#: Projections that a sentence can hold.
LISTED = 4


def divergence_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Mean KL beside the noise, with the ratio, and beside that of random elements."""
    kl = r.kl
    if kl is None or not kl.symmetry.number:
        return
    parts = []
    telling = [j for j in range(len(kl.projections)) if _changes(kl, j)]
    for j in telling[:LISTED]:
        text = f"{kl.projections[j]} {_text(kl.symmetry, j)}"
        if (ratio := over_noise(kl, j)) is not None:
            text += f", {ratio.text()} times the noise"
        if kl.random.number:
            text += f" (random elements: {_text(kl.random, j)})"
        parts.append(text)
    if not parts:
        return
    evidence = kl.to_json()
    yield Statement(
        f"Mean KL divergences of the elements as training left them, {kl.bins} bins, held-out events: "
        f"{several(parts)}.",
        {key: evidence[key] for key in ("projections", "symmetry", "noise", "random", "ratio")},
        "kl",
    )


def loss_statements(r: SymmetryGanRecord) -> Iterator[Statement]:
    """Against 2 ln 2; kept and failed apart, which tells false maxima."""
    loss = r.posthoc_loss
    if loss is None or loss.found is None:
        return
    text = f"A new classifier's loss between events and images is {loss.found.text()}"
    text += f" for elements as training left them (2 ln 2 = {loss.ideal:.4f}"
    if loss.random is not None:
        text += f"; random ones: {loss.random.text()}"
    text += ")"
    if loss.kept is not None and loss.failed is not None:
        text += f", {loss.kept.text()} for those that are kept once refined and {loss.failed.text()} for those that "
        text += "are rejected"
    yield Statement(f"{text}.", loss.to_json(), "posthoc")


def mean_number(part: DivergenceMean, j: int) -> Number | None:
    """The mean divergence of a projection with its error; None without elements."""
    if part.mean is None:
        return None
    error = None if part.error is None else part.error[j]
    return Number.with_error(part.mean[j], math.nan if error is None else error)


def over_noise(kl: DivergenceRecord, j: int) -> Number | None:
    """The ratio of the two means, with the errors of both."""
    ratio = None if kl.ratio is None else kl.ratio[j]
    found, noise = mean_number(kl.symmetry, j), mean_number(kl.noise, j)
    if ratio is None or found is None or noise is None or not noise.value:
        return None
    of_found, of_noise = (math.nan if n.error is None else n.error for n in (found, noise))
    return Number.with_error(ratio, math.hypot(of_found, ratio * of_noise) / noise.value)


def _changes(kl: DivergenceRecord, j: int) -> bool:
    """Does any element of the space move this projection? Rotations leave pt alone."""
    return any(part.mean is not None and part.mean[j] > 0 for part in (kl.symmetry, kl.random))


def _text(part: DivergenceMean, j: int) -> str:
    number = mean_number(part, j)
    return "unknown" if number is None else number.text()
