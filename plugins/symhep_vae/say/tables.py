"""Tables of the report."""

from __future__ import annotations

from itertools import zip_longest

from symhep.methods.table import Heading, Table
from symhep_vae.record import VaeRecord

__all__ = ["tables"]


def tables(record: VaeRecord) -> dict[str, Table]:
    """Latents with their relevance, and combinations with what the relevant latents carry of them."""
    found = {"latents": _latents(record)}
    if record.combinations:
        found["combinations"] = Table(
            (Heading("combination"), Heading("R^2"), Heading("best |r|")),
            tuple((c.name, c.r_squared, c.single_r) for c in record.combinations),
            "Fraction of the variance of each combination explained by all relevant latents together "
            "(R^2), and the largest correlation with a single latent; mean and standard deviation over the "
            "runs.",
        )
    return found


def _latents(record: VaeRecord) -> Table:
    numbers = zip(
        record.relevance.numbers(), record.information_bits.numbers(), record.kl_nats.numbers(), strict=True
    )
    rows = []
    for j, (measured, followed) in enumerate(zip_longest(numbers, record.followed)):
        follows = (followed.combination, followed.r) if followed else (None, None)
        rows.append((j + 1, *measured, *follows))
    return Table(
        (
            Heading("latent"), Heading("relevance"), Heading("information", "bits"), Heading("KL", "nats"),
            Heading("follows"), Heading("|r|"),
        ),
        tuple(rows),
        "Latents in order of relevance, mean and standard deviation over the runs; the last two columns "
        f"are from the run of median loss (run {record.runs.representative}).",
    )  # fmt: skip
