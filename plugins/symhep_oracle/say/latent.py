"""What the flows in a latent space do, in numbers and sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.methods.result import Statement

__all__ = ["latent_findings", "latent_numbers"]


def latent_numbers(a: Mapping[str, npt.NDArray[Any]]) -> dict[str, Any]:
    """Medians and ranges over the flows, of the changes at their ends."""

    def ends(name: str) -> dict[str, float]:
        values = a[name][:, [0, -1]].mean(axis=1)
        return {"median": float(np.median(values)), "low": float(values.min()), "high": float(values.max())}

    return {
        "flows": len(a["along_flow"]),
        "length": float(a["distance"][-1]),
        "change_of_outputs": {"flow": ends("along_flow"), "random_line": ends("along_line")},
        "change_of_probability": {"flow": ends("probability_flow"), "random_line": ends("probability_line")},
        "changed_class": {"flow": ends("flipped_flow"), "random_line": ends("flipped_line")},
    }


def latent_findings(info: Mapping[str, Any], a: Mapping[str, npt.NDArray[Any]] | None) -> Iterator[Statement]:
    """The flows against random directions."""
    if a is None:
        return
    report, numbers = info["latent"], latent_numbers(a)
    outputs, classes = numbers["change_of_outputs"], numbers["changed_class"]
    text = (
        f"Along the {numbers['flows']} fields that change the oracle least, {numbers['length']:g} rms of a latent "
        f"either way, its outputs change by {outputs['flow']['median']:.2g} ({outputs['flow']['low']:.2g} to "
        f"{outputs['flow']['high']:.2g}); along random straight lines of the same lengths by "
        f"{outputs['random_line']['median']:.2g}"
    )
    if classes["random_line"]["high"] > 0:
        text += (
            f". {classes['flow']['median']:.1%} of the events change their class, against "
            f"{classes['random_line']['median']:.1%}"
        )
    yield Statement(f"{text}.", numbers, "latent_outputs")
    yield Statement(
        f"{report['latents']} latents of {report['features']} features leave {report['unexplained_variance']:.1%} of "
        f"their variance unexplained ({report['events']} events; autoencoder {report['autoencoder']}).",
        report,
        "latent_images",
    )
