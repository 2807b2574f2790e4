"""What is found when finished runs are compared: every row names the result, the answer, and the run compared with the
first.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.methods.number import Number
from symhep.methods.p_values import PValue
from symhep.methods.record import Record

__all__ = [
    "ComparedRun",
    "ComparisonRecord",
    "DifferenceRow",
    "LargestPull",
    "LimitRow",
    "LoneRow",
    "PRow",
    "PullRow",
    "SharingRow",
]

#: How the events of a result in two runs are related.
Sharing = Literal["apart", "reference", "same"]


class ComparedRun(Record):
    """A run."""

    label: str = Field(description="what it is called here, different for each: the name of its folder")
    folder: str = Field(description="its folder")
    symhep: str = Field(description="version that computed it; '': unknown")
    started: str = Field(description="when; '': unknown")
    seed: int = Field(description="of the card")
    results: tuple[str, ...] = Field(description="results that it has")
    missing: tuple[str, ...] = Field((), description="results that it does not have, and why")


class SharingRow(Record):
    """A result whose runs look at the same files."""

    result: str = Field(description="the result")
    run: str = Field(description="the run that is compared with the first")
    sharing: Sharing = Field(
        description="same: its events, or some of them, are in both runs, so that differences are not those of "
        "independent samples; reference: what it is relative to is the same, its own events are not; apart: neither"
    )


class PullRow(Record):
    """A number in two runs.

    pull = (value in the run - value in the first) / sqrt(sigma_first^2 + sigma_run^2), of each asymmetric interval the
    side that faces the other value.
    """

    result: str = Field(description="the result")
    key: str = Field(description="the answer, see answers_of")
    run: str = Field(description="the run that is compared with the first")
    first: Number = Field(description="in the first run")
    value: Number = Field(description="in the run")
    pull_statistical: float | None = Field(
        description="difference over the statistical errors of both, which are taken as independent; null: the events "
        "are the same, or there is no error"
    )
    pull: float | None = Field(
        description="the same with systematic uncertainties: a variation of one name and the same alternatives in both "
        "runs is one source, which shifts both values together, others are independent; null as above"
    )
    shift: float | None = Field(
        description="difference over the statistical error in the first run, whatever the events: no pull where they "
        "are the same; null: there is no error"
    )


class PRow(Record):
    """A hypothesis in two runs."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run that is compared with the first")
    first_p: PValue | None = Field(
        description="p-value in the first run, adjusted where there is one; null: none"
    )
    p: PValue | None = Field(description="in the run")
    first_verdict: str | None = Field(description="what is concluded in the first run; null: nothing")
    verdict: str | None = Field(description="in the run")

    @property
    def changed(self) -> bool:
        """Whether the conclusion is another one."""
        return self.first_verdict != self.verdict


class LimitRow(Record):
    """An upper limit at 95 % confidence in two runs."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run that is compared with the first")
    first: float = Field(description="observed in the first run")
    first_expected: float | None = Field(description="expected there; null: unknown")
    limit: float = Field(description="observed in the run")
    expected: float | None = Field(description="expected there; null: unknown")


class LoneRow(Record):
    """A result, or an answer, that not every run has."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer; '': the whole result")
    runs: tuple[str, ...] = Field(description="the runs that have it")


class DifferenceRow(Record):
    """What the runs do not have in common: versions, inputs, options, keys of the card."""

    kind: Literal["card", "option", "input", "version"] = Field(description="where it stands")
    key: str = Field(description="what it is")
    values: tuple[str, ...] = Field(description="of each run, in their order; '–': it does not have it")


class LargestPull(Record):
    """The largest pull, and how probable one so large is among so many.

    With p = 2 Phi(-|pull|) of one of n numbers, 1 - (1 - p)^n is the probability of at least one so large among n
    independent ones (Sidak 1967); among correlated ones it is smaller.
    """

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run")
    pull: float = Field(description="the pull, with systematic uncertainties")
    number: int = Field(description="n: how many pulls there are")
    local_p: float = Field(description="probability of one so large")
    global_p: float = Field(description="probability of at least one so large among n")


class ComparisonRecord(Record):
    """The same questions in several runs, each compared with the first."""

    runs: tuple[ComparedRun, ...] = Field(description="the runs, in the order in which they were given")
    sharing: tuple[SharingRow, ...] = Field(description="of each result in each run but the first")
    pulls: tuple[PullRow, ...] = Field(description="numbers that both runs have, the largest pull first")
    largest: LargestPull | None = Field(description="the largest pull; null: there is none")
    hypotheses: tuple[PRow, ...] = Field(description="hypotheses and conclusions that both runs have")
    limits: tuple[LimitRow, ...] = Field(description="limits that both runs have")
    only: tuple[LoneRow, ...] = Field(description="what not every run has")
    differences: tuple[DifferenceRow, ...] = Field(description="what the runs do not have in common")

    @property
    def changed(self) -> list[PRow]:
        """Hypotheses whose verdict is another one."""
        return [row for row in self.hypotheses if row.changed]

    def above(self, pull: float) -> list[PullRow]:
        """Numbers whose pull exceeds ``pull`` in size."""
        return [row for row in self.pulls if row.pull is not None and abs(row.pull) > pull]
