"""Excesses in a sentence."""

from __future__ import annotations

from symhep.hypotheses.divergence.record import DivergenceMean, DivergenceRecord
from symhep.hypotheses.divergence.sentence import excess_statement
from symhep.methods.number import ONE_SIGMA, Bounded

NAMES = ("azimuth of a", "azimuth of b", "pt of a", "pt of b", "mass of all")
WORDS = (("kept", "for kept elements"), ("failed", "for rejected ones"))


def mean(*values: float) -> DivergenceMean:
    excess = tuple(
        Bounded(value=v, low=v - 0.0005, high=v + 0.0005, level=ONE_SIGMA, unit="nats", upper_95=v + 0.0009)
        for v in values
    )
    return DivergenceMean(mean=values, excess=excess, number=1)


def record(kept: DivergenceMean, failed: DivergenceMean) -> DivergenceRecord:
    return DivergenceRecord(projections=NAMES, bins=100, kept=kept, failed=failed, noise=DivergenceMean())


def test_the_first_two_and_the_most_telling_projection_are_told() -> None:
    told = excess_statement(
        record(mean(0.0003, 0.0, 0.0, 0.0, 0.0), mean(0.02, 0.01, 0.0, 0.05, 0.03)), WORDS
    )
    assert told is not None
    assert told.figure == "kl_excess"
    limits = [
        "(< 0.0012 at 95 %)",
        "(< 0.0009 at 95 %)",
        "(< 0.021 at 95 %)",
        "(< 0.011 at 95 %)",
        "(< 0.051 at 95 %)",
    ]
    assert told.text == (
        "Excess KL divergence (noise of split samples subtracted, 100 bins): for kept elements, azimuth of "
        f"a: 0.0003 ± 0.0005 nats {limits[0]}, azimuth of b: 0.0000 ± 0.0005 nats {limits[1]} and pt of b: "
        f"0.0000 ± 0.0005 nats {limits[1]}; for rejected ones, azimuth of a: 0.0200 ± 0.0005 nats "
        f"{limits[2]}, azimuth of b: 0.0100 ± 0.0005 nats {limits[3]} and pt of b: 0.0500 ± 0.0005 nats "
        f"{limits[4]} (2 more in the table)."
    )


def test_a_projection_that_elements_leave_as_it_is_is_unchanged() -> None:
    still = Bounded(value=0.0, low=0.0, high=0.0, level=ONE_SIGMA, unit="nats", upper_95=0.0)
    kept = DivergenceMean(
        mean=(0.0,) * 5, excess=(*(mean(0.0003).excess or ()), still, still, still, still), number=1
    )
    told = excess_statement(record(kept, mean(0.02, 0.01, 0.0, 0.05, 0.03)), WORDS)
    assert told is not None
    assert (
        "azimuth of a: 0.0003 ± 0.0005 nats (< 0.0012 at 95 %), azimuth of b: unchanged and pt of b: unchanged;"
        in told.text
    )


def test_nothing_is_told_where_nothing_moves() -> None:
    assert excess_statement(record(mean(0, 0, 0, 0, 0), DivergenceMean()), WORDS) is None
    assert excess_statement(record(DivergenceMean(), DivergenceMean()), WORDS) is None
