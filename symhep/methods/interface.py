"""What a method is: the contract between symhep and those who bring one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypeVar

from symhep.errors import CardError
from symhep.events.dataset import Dataset, Scaling
from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import Context
from symhep.methods.init_block import InitBlock, SampleView
from symhep.methods.record import Record
from symhep.methods.reference import Reference
from symhep.methods.result import Part, Result, Statement
from symhep.methods.returned import require_statements, require_tables, require_verdicts
from symhep.methods.table import Table
from symhep.methods.varied import How, Shifted
from symhep.methods.verdict import Verdict

if TYPE_CHECKING:
    import hist
    from matplotlib.figure import Figure

__all__ = ["Inputs", "Method", "NamedFigure", "Options", "ScanQuantity", "Shard"]


class Options(BaseModel):
    """Base of a method's options: unknown keys are errors, numbers are finite, values do not change once set.

    Give every field a description; `symhep methods NAME` shows it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


OptionsT = TypeVar("OptionsT", bound=Options)
RecordT = TypeVar("RecordT", bound=Record, default=Record)


@dataclass(frozen=True)
class Shard:
    """An independent piece of a method's work. ``index`` picks its random stream."""

    index: int = 0
    label: str = "all"


@dataclass(frozen=True)
class NamedFigure:
    """A figure, the file stem it is saved under, and the sentence printed beneath it; a notebook shows the picture."""

    name: str
    figure: Figure
    caption: str

    def _repr_png_(self) -> bytes:
        """Notebooks call this, and with it no figure has to be open in pyplot, which would show it a second time."""
        from matplotlib.backends.backend_agg import (
            FigureCanvasAgg,
        )  # a contract should not cost half a second

        picture = BytesIO()
        FigureCanvasAgg(self.figure).print_png(picture)
        return picture.getvalue()


#: What events may need, in words, and what to do with a method that does not take it.
_NEEDS = {
    "kinds": (
        "vectors that lack components, such as missing transverse momentum",
        "give it an object without them, or vars that all of them have",
    ),
    "mask": (
        "a number of objects that differs from event to event",
        "give it an object with a fixed number, as in take: 2",
    ),
    "reference": (
        "a reference",
        "leave 'reference' out, or take a method that has symmetries relative to one",
    ),
    "spectators": ("spectators", "leave them out of the features, or give the method features without any"),
    "tags": ("tags of members", "leave them out of the features, or give the method features without any"),
}


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


@dataclass(frozen=True, eq=False)
class Inputs(Generic[OptionsT]):
    """What a method works on: the events and the options. A method that prepares more derives from it."""

    data: Dataset
    options: OptionsT


PreparedT = TypeVar("PreparedT", default=Inputs[Any])


class Method(ABC, Generic[OptionsT, RecordT, PreparedT]):
    """An analysis of a dataset.

    A complete method::

        class MeanOptions(Options):
            floor: float = Field(0.0, description="smallest mean that is reported")

        class MeanRecord(Record):
            mean: tuple[Number, ...] = Field(description="mean of every feature")

        class Mean(Method[MeanOptions, MeanRecord]):
            name = "mean"
            summary = "weighted mean of every feature"
            references = ()
            Options = MeanOptions
            Record = MeanRecord

            def fit(self, inputs, shard, context):
                data = inputs.data
                mean = np.average(data.values, axis=0, weights=data.weights)
                spread = np.sqrt(np.average((data.values - mean) ** 2, axis=0, weights=data.weights))
                return Part(arrays={"mean": mean, "error": spread / np.sqrt(data.effective)})

            def combine(self, inputs, parts, context):
                arrays, units = parts[0].arrays, [c.unit for c in inputs.data.columns]
                found = zip(arrays["mean"], arrays["error"], units)
                return Result(MeanRecord(mean=[Number.with_error(*row) for row in found]), arrays)

            def statements(self, record):
                yield Statement(f"The first mean is {record.mean[0].text()}.", {"mean": record.mean[0].value})

            def figures(self, result):
                figure, axes = panel()
                axes.plot(result.arrays["mean"])
                yield NamedFigure("mean", figure, "Mean of every feature.")

    The order of a run: ``check``, ``prepare`` (once), ``shards``, ``fit`` for each shard, on as many workers as there
    are, ``combine``; then ``statements``, ``verdicts``, ``tables`` and ``figures``, now or whenever a report is written
    again, from the stored result alone. A method never opens a file and never saves a figure. Weights are honoured, or
    refused in ``check``. `symhep.testing.check_method` runs the contract on a method.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    #: What a report asks its readers to cite.
    references: ClassVar[tuple[Reference, ...]] = ()
    Options: ClassVar[type[Options]]
    #: The class of `Result.record`; `symhep schema NAME` prints its JSON Schema.
    Record: ClassVar[type[Record]]
    #: What a `scan:` in the card draws against the scanned option.
    scan_quantities: ClassVar[tuple[ScanQuantity, ...]] = ()
    #: What it knows how to handle, of 'mask', 'kinds', 'tags', 'spectators' and 'reference', see `Dataset.needs`.
    #: Events that need anything else are refused before ``check``: padding taken for zeros would be a wrong answer.
    takes: ClassVar[frozenset[str]] = frozenset()
    #: What `vary` does: fit again, or evaluate what the nominal fit learned. Reports say which.
    varied_by: ClassVar[How] = "fit"
    #: Does `fit` run in the main process, which has the blocks of events read on the workers (`Context.reduce`)? For a
    #: method with one shard whose work is passes over all events.
    streams: ClassVar[bool] = False
    #: How `symhep.analyse` scales features where its caller does not say: 'isotropic' for a method of transformations,
    #: which a scale for each feature would change. Cards say it themselves.
    scaling: ClassVar[Scaling] = "standard"

    def check(self, data: Dataset, options: OptionsT) -> None:
        """Raise `CardError` or `MethodError` if this cannot work, before anything is prepared or trained. Be quick."""
        return None

    def prepare(self, data: Dataset, options: OptionsT) -> PreparedT:
        """What all shards need, worked out once, without randomness: it must be possible to pickle it.

        Raises `CardError` or `MethodError`, as ``check`` does, for what only shows here.
        """
        return cast(PreparedT, Inputs(data, options))

    def shards(self, prepared: PreparedT) -> Sequence[Shard]:
        """Independent pieces of work; they must not depend on how many workers there are."""
        return (Shard(),)

    @abstractmethod
    def fit(self, prepared: PreparedT, shard: Shard, context: Context) -> Part:
        """Do one piece of the work, with randomness from ``context.seeds`` alone."""

    @abstractmethod
    def combine(self, prepared: PreparedT, parts: Sequence[Part], context: Context) -> Result[RecordT]:
        """Merge the parts, in shard order, into the result; randomness again from ``context.seeds`` alone."""

    def varies_by(self, prepared: PreparedT) -> How:
        """`varied_by`, for a method whose options decide what `vary` does."""
        return self.varied_by

    def vary(
        self,
        prepared: PreparedT,
        result: Result[RecordT],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """Numbers of the result under one alternative of a systematic variation: key of an answer -> its value.

        As it stands: fitted again, as a whole, from the random streams of the nominal fit. A method for which that
        takes long gives here the numbers that matter, or, with ``varied_by`` 'evaluation', evaluates on
        ``alternative.data`` what it learned from the nominal events. What is trained is never trained again.
        ``context`` has the random stream of `combine`, the same for all alternatives.
        """
        inputs = cast(Inputs[Any], prepared)
        again = self.prepare(alternative.data, inputs.options)
        parts = [self.fit(again, shard, context.of_shard(shard.index)) for shard in self.shards(again)]
        record = self.combine(again, parts, context).record
        return {
            key: Shifted(answer.number.value)
            for key, answer in answers_of(record).items()
            if answer.number is not None and answer.number.value is not None
        }

    def vary_weights(
        self,
        prepared: PreparedT,
        result: Result[RecordT],
        variation: str,
        alternatives: Sequence[Alternative],
        context: Context,
    ) -> Sequence[Mapping[str, Shifted]]:
        """`vary` for several alternatives that differ from the nominal events by weights alone (``same_rows``).

        As it stands one by one. A method that evaluates networks overrides it: their outputs are the same for all.
        """
        return [self.vary(prepared, result, variation, a, context) for a in alternatives]

    def statements(self, record: RecordT) -> Iterable[Statement]:
        """What was found, most important first, then warnings: from the record alone."""
        return ()

    def verdicts(self, record: RecordT) -> Iterable[Verdict]:
        """The questions that a physicist asks, each with its answer: the rows that a report opens with.

        A handful, most important first: from the record alone.
        """
        return ()

    def tables(self, record: RecordT) -> Mapping[str, Table]:
        """Tables of the report, from the record alone."""
        return {}

    def figures(self, result: Result[RecordT]) -> Iterator[NamedFigure]:
        """Draw the result. Nothing but ``result`` may be used."""
        return iter(())

    def histograms(self, result: Result[RecordT]) -> Mapping[str, hist.Hist[Any]]:
        """What `symhep export` publishes as histograms, key -> histogram: those of the result.

        A method that keeps distributions or maps as arrays gives them here, too: an axis has a name and its unit in
        its label, 'mass [GeV]'; a map has the variance of each bin in `hist.storage.Weight`.
        """
        return result.histograms

    def init_block(self, sample: SampleView) -> InitBlock | None:
        """This method's part of the card that `symhep init` writes for a file; None: it does not suit the file."""
        return None

    def require_takes(self, needs: frozenset[str], name: str) -> None:
        """Raise `CardError` for what the events of the feature set ``name`` need and this method does not take."""
        for need in sorted(needs - self.takes):
            what, hint = _NEEDS[need]
            raise CardError(f"the method '{self.name}' does not take {what}, which '{name}' has", hint=hint)

    def worded(self, result: Result[RecordT]) -> Result[RecordT]:
        """The result with statements, verdicts and tables made from its record. Raises `PluginError`."""
        # Each gets a copy: a record is frozen, the mappings and lists inside it are not.
        words = self.statements(result.record.model_copy(deep=True))
        verdicts = self.verdicts(result.record.model_copy(deep=True))
        tables = self.tables(result.record.model_copy(deep=True))
        return replace(
            result,
            statements=require_statements(self.name, words),
            verdicts=require_verdicts(self.name, verdicts),
            tables=require_tables(self.name, tables),
        )
