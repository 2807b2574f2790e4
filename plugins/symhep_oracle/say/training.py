"""What the training of a learned oracle says."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.enumeration import plural
from symhep.methods.result import Statement
from symhep_oracle.learned.record import TrainingRecord

__all__ = ["training"]

#: Standard deviations between the qualities on trained and held-out events that are worth a warning.
OVERTRAINED = 5.0


def training(report: TrainingRecord | None) -> Iterator[Statement]:
    """How good the networks are on events they have not seen, and what went wrong."""
    if report is None:
        return
    held, trained = report.quality.score, report.quality_trained.score
    name = {"R2": "R^2"}.get(report.quality.name, report.quality.name)
    what = f"'{report.target}'" if report.target else " and ".join(report.classes)
    evidence = {"quality": report.quality.to_json(), "quality_trained": report.quality_trained.to_json()}
    yield Statement(
        f"{plural(report.members - report.useless, 'network')} trained to predict {what} on "
        f"{report.trained_on} events: {name} = {held.text()} on {report.held_out} held-out events, which "
        f"are used to find the generators.",
        evidence | {"trained_on": report.trained_on, "held_out": report.held_out},
    )
    error = max(held.error or 0.0, trained.error or 0.0)
    if (trained.value or 0.0) - (held.value or 0.0) > OVERTRAINED * error:
        yield Statement(
            f"The networks are overtrained: {name} = {trained.text()} on the training events. Use more "
            f"events, fewer steps or a larger weight_decay.",
            evidence,
            kind="warning",
        )
    if report.useless:
        was = "was" if report.useless == 1 else "were"
        yield Statement(
            f"{report.useless} of {plural(report.members, 'network')} {was} not better than a constant "
            f"prediction and {was} excluded.",
            {"useless": report.useless},
            kind="warning",
        )
