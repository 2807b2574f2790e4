"""What the training of a learned oracle says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.methods.result import Statement

__all__ = ["training_findings"]

#: Standard deviations between the qualities on trained and held-out events that are worth a warning.
OVERTRAINED = 5.0


def training_findings(info: Mapping[str, Any]) -> Iterator[Statement]:
    """How good the networks are on events they have not seen, and what went wrong."""
    if (report := info.get("training")) is None:
        return
    held, trained, events = report["quality"], report["quality_trained"], report["events"]
    name = {"R2": "R^2"}.get(held["name"], held["name"])
    members = report["members"] - report["useless"]
    what = f"'{report['target']}'" if report["target"] else " and ".join(report["classes"])
    yield Statement(
        f"{members} networks learned {what} from {events['trained']} events: {name} = {held['value']:.4f} +- "
        f"{held['error']:.1g} on {events['held_out']} others, from which the generators come.",
        {"quality": held, "quality_trained": trained, "events": events},
    )
    error = max(held["error"], trained["error"])
    if trained["value"] - held["value"] > OVERTRAINED * error:
        yield Statement(
            f"The networks know the events they were trained on better ({name} = {trained['value']:.4f}): they learned "
            "some by heart. More events, fewer steps or a larger weight_decay help.",
            {"quality": held, "quality_trained": trained},
            kind="warning",
        )
    if report["useless"]:
        yield Statement(
            f"{report['useless']} of {report['members']} networks learned nothing and were left out.",
            {"useless": report["useless"]},
            kind="warning",
        )
