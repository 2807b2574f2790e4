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

    label: str = Field(description="label of the run: name of its folder, made unique")
    folder: str = Field(description="its folder")
    symhep: str = Field(description="symhep version of the run; '': unknown")
    started: str = Field(description="date of the run; '': unknown")
    seed: int = Field(description="of the card")
    results: tuple[str, ...] = Field(description="results of the run")
    missing: tuple[str, ...] = Field((), description="results missing in the run, with the reason")


class SharingRow(Record):
    """A result whose runs look at the same files."""

    result: str = Field(description="the result")
    run: str = Field(description="the run compared with the first run")
    sharing: Sharing = Field(
        description="same: both runs share events, so that their differences are not those of independent samples; "
        "reference: only the reference events are shared; apart: no events are shared"
    )


class PullRow(Record):
    """A number in two runs.

    pull = (value in the run - value in the first) / sqrt(sigma_first^2 + sigma_run^2), of each asymmetric interval the
    side that faces the other value.
    """

    result: str = Field(description="the result")
    key: str = Field(description="the answer, see answers_of")
    run: str = Field(description="the run compared with the first run")
    first: Number = Field(description="in the first run")
    value: Number = Field(description="in the run")
    pull_statistical: float | None = Field(
        description="pull: difference divided by the combined statistical error, assuming independent samples; null: "
        "same events, or no error"
    )
    pull: float | None = Field(
        description="pull with systematic uncertainties: variations with the same name and alternatives in both runs "
        "are fully correlated, others uncorrelated; null: as above"
    )
    shift: float | None = Field(
        description="difference divided by the statistical error of the first run; not a pull if the events are the "
        "same; null: no error"
    )


class PRow(Record):
    """A hypothesis in two runs."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run compared with the first run")
    first_p: PValue | None = Field(
        description="p-value in the first run (adjusted, if available); null: none"
    )
    p: PValue | None = Field(description="in the run")
    first_verdict: str | None = Field(description="verdict in the first run; null: none")
    verdict: str | None = Field(description="in the run")

    @property
    def changed(self) -> bool:
        """Whether the conclusion is another one."""
        return self.first_verdict != self.verdict


class LimitRow(Record):
    """An upper limit at 95 % confidence in two runs."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run compared with the first run")
    first: float = Field(description="observed in the first run")
    first_expected: float | None = Field(description="expected there; null: unknown")
    limit: float = Field(description="observed in the run")
    expected: float | None = Field(description="expected there; null: unknown")


class LoneRow(Record):
    """A result, or an answer, that not every run has."""

    result: str = Field(description="the result")
    key: str = Field(description="the answer; '': the whole result")
    runs: tuple[str, ...] = Field(description="runs that contain it")


class DifferenceRow(Record):
    """What the runs do not have in common: versions, inputs, options, keys of the card."""

    kind: Literal["card", "option", "input", "version"] = Field(description="where it stands")
    key: str = Field(description="what it is")
    values: tuple[str, ...] = Field(description="value in each run, in their order; '–': missing")


class LargestPull(Record):
    """The largest pull, and how probable one so large is among so many.

    With p = 2 Phi(-|pull|) of one of n numbers, 1 - (1 - p)^n is the global p-value of n independent ones (Sidak
    1967); that of correlated ones is smaller.
    """

    result: str = Field(description="the result")
    key: str = Field(description="the answer")
    run: str = Field(description="the run")
    pull: float = Field(description="the pull, with systematic uncertainties")
    number: int = Field(description="number n of pulls")
    local_p: float = Field(description="p-value of the single pull (local)")
    global_p: float = Field(
        description="probability of at least one pull of this size among n (global p-value)"
    )


class ComparisonRecord(Record):
    """The same questions in several runs, each compared with the first."""

    runs: tuple[ComparedRun, ...] = Field(description="the runs, in the order given")
    sharing: tuple[SharingRow, ...] = Field(
        description="shared events, for each result and each run except the first"
    )
    pulls: tuple[PullRow, ...] = Field(description="common numbers, the largest pull first")
    largest: LargestPull | None = Field(description="largest pull; null: none")
    hypotheses: tuple[PRow, ...] = Field(description="common hypotheses and verdicts")
    limits: tuple[LimitRow, ...] = Field(description="common limits")
    only: tuple[LoneRow, ...] = Field(description="results that are not in all runs")
    differences: tuple[DifferenceRow, ...] = Field(description="differences in card, versions and inputs")

    @property
    def changed(self) -> list[PRow]:
        """Hypotheses whose verdict is another one."""
        return [row for row in self.hypotheses if row.changed]

    def above(self, pull: float) -> list[PullRow]:
        """Numbers whose pull exceeds ``pull`` in size."""
        return [row for row in self.pulls if row.pull is not None and abs(row.pull) > pull]
