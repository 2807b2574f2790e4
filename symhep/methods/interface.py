"""What a method is: the contract between symhep and those who bring one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from symhep.events.dataset import Dataset
from symhep.methods.context import Context
from symhep.methods.result import Part, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Method", "NamedFigure", "Options", "ScanQuantity", "Shard"]


class Options(BaseModel):
    """Base of a method's options: unknown keys are errors, values do not change once set.

    Give every field a description; `symhep methods NAME` shows it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)


OptionsT = TypeVar("OptionsT", bound=Options)


@dataclass(frozen=True)
class Shard:
    """An independent piece of a method's work. ``index`` picks its random stream."""

    index: int = 0
    label: str = "all"


@dataclass(frozen=True)
class NamedFigure:
    """A figure, the file stem it is saved under, and the sentence printed beneath it."""

    name: str
    figure: Figure
    caption: str


@dataclass(frozen=True)
class ScanQuantity:
    """A number of the summary to draw against a scanned option.

    ``key`` is a dotted path; it may lead to a number, to {value, low, high}, or
    to a list (drawn as one line per entry, with ``error_key`` as its errors and
    ``entry`` as what an entry is called).
    """

    key: str
    label: str
    error_key: str | None = None
    entry: str = "entry"


class Method(ABC, Generic[OptionsT]):
    """An analysis of a dataset.

    A complete method::

        class MeanOptions(Options):
            trimmed: float = 0.0

        class Mean(Method[MeanOptions]):
            name = "mean"
            summary = "weighted mean of every feature"
            references = ()
            Options = MeanOptions

            def fit(self, data, options, shard, context):
                mean = np.average(data.values, axis=0, weights=data.weights)
                return Part(arrays={"mean": mean})

            def combine(self, data, options, parts):
                mean = parts[0].arrays["mean"]
                return Result(summary={"mean": mean.tolist()}, arrays={"mean": mean})

            def figures(self, result):
                fig, ax = panel()
                ax.plot(result.arrays["mean"])
                yield NamedFigure("mean", fig, "Mean of every feature.")

    A method never opens a file and never saves a figure. ``figures`` draws from
    the stored Result alone. Weights are honoured, or refused in ``check``.
    `symhep.testing.check_method` runs the contract on a method.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    references: ClassVar[tuple[str, ...]] = ()
    Options: ClassVar[type[Options]]
    #: What a `scan:` in the card draws against the scanned option.
    scan_quantities: ClassVar[tuple[ScanQuantity, ...]] = ()

    def check(self, data: Dataset, options: OptionsT) -> None:
        """Raise `CardError` or `MethodError` if this cannot work, before any training."""
        return None

    def shards(self, data: Dataset, options: OptionsT) -> Sequence[Shard]:
        """Independent pieces of work; they must not depend on how many workers there are."""
        return (Shard(),)

    @abstractmethod
    def fit(self, data: Dataset, options: OptionsT, shard: Shard, context: Context) -> Part:
        """Do one piece of the work, with randomness from ``context.seeds`` alone."""

    @abstractmethod
    def combine(self, data: Dataset, options: OptionsT, parts: Sequence[Part]) -> Result:
        """Merge the parts, in shard order, into the result."""

    def figures(self, result: Result) -> Iterator[NamedFigure]:
        """Draw the result. Nothing but ``result`` may be used."""
        return iter(())
