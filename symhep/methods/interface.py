"""What a method is: the contract between symhep and those who bring one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast

from pydantic import ConfigDict
from typing_extensions import TypeVar

from symhep.deprecation import Keys
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


class Options(Keys):
    """Base of a method's options: unknown keys are errors, numbers are finite, values do not change once set.

    Give every field a description; `symhep methods NAME` and the documentation show it.

    Examples
    --------
    >>> from pydantic import Field
    >>> class SpreadOptions(Options):
    ...     floor: float = Field(0.0, ge=0, description="smallest spread that is reported")
    >>> SpreadOptions(floor=0.1).floor
    0.1
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


OptionsT = TypeVar("OptionsT", bound=Options)
RecordT = TypeVar("RecordT", bound=Record, default=Record)


@dataclass(frozen=True)
class Shard:
    """An independent piece of a method's work.

    Attributes
    ----------
    index
        Picks its random stream; 0, 1, ... in the order of `Method.shards`.
    label
        For progress and messages: 'restart 3'.

    Examples
    --------
    >>> [Shard(i, f"restart {i + 1}") for i in range(2)][1]
    Shard(index=1, label='restart 2')
    """

    index: int = 0
    label: str = "all"


@dataclass(frozen=True)
class NamedFigure:
    """A figure with its name; a notebook shows the picture.

    Attributes
    ----------
    name
        File stem it is saved under; `Statement.figure` refers to it.
    figure
        From `symhep.panel`.
    caption
        The sentence printed beneath it.

    Examples
    --------
    >>> import symhep
    >>> figure, axes = symhep.panel()
    >>> NamedFigure("means", figure, "Mean of every feature.").name
    'means'
    """

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
        "use an object without them, or 'vars' that all vectors have",
    ),
    "mask": (
        "a number of objects that varies between events",
        "use an object with a fixed number per event, as in take: 2",
    ),
    "reference": (
        "a reference",
        "remove 'reference', or use a method that supports it",
    ),
    "spectators": ("spectators", "remove them from the features, or give the method features without them"),
    "tags": ("tags of members", "remove them from the features, or give the method features without them"),
}


@dataclass(frozen=True)
class ScanQuantity:
    """A number of the summary to draw against a scanned option.

    Attributes
    ----------
    key
        Dotted path into the summary. It may lead to a number, to {value, low, high}, or to a list, which is drawn as
        one line per entry.
    label
        Of the vertical axis.
    error_key
        Dotted path to the errors of a list.
    entry
        What an entry of a list is called in the legend.

    Examples
    --------
    >>> ScanQuantity("algebra.dimension", "dimension of the algebra").entry
    'entry'
    """

    key: str
    label: str
    error_key: str | None = None
    entry: str = "entry"


@dataclass(frozen=True, eq=False)
class Inputs(Generic[OptionsT]):
    """What a method works on. A method that prepares more derives from it.

    Attributes
    ----------
    data
        The events.
    options
        Of the method, checked.

    Examples
    --------
    >>> Inputs(Dataset.from_array([[0.0], [1.0]]), Options()).data.values.shape
    (2, 1)
    """

    data: Dataset
    options: OptionsT


PreparedT = TypeVar("PreparedT", default=Inputs[Any])


class Method(ABC, Generic[OptionsT, RecordT, PreparedT]):
    """An analysis of a dataset.

    The order of a run: ``check``, ``prepare`` (once), ``shards``, ``fit`` for each shard, on as many workers as there
    are, ``combine``; then ``statements``, ``verdicts``, ``tables`` and ``figures``, now or whenever a report is written
    again, from the stored result alone. A method never opens a file and never saves a figure. Weights are honoured, or
    refused in ``check``. `symhep.testing.check_method` runs the contract on a method.

    Attributes
    ----------
    name
        What ``use:`` of a card says.
    summary
        The question it answers, in a line.
    references
        `Reference` objects: what a report asks its readers to cite.
    Options
        Class of its options, derived from `symhep.Options`.
    Record
        Class of `Result.record`, derived from `symhep.Record`; `symhep schema NAME` prints its JSON Schema.
    scan_quantities
        What a ``scan:`` in the card draws against the scanned option.
    takes
        What it knows how to handle, of 'mask', 'kinds', 'tags', 'spectators' and 'reference', see `Dataset.needs`.
        Events that need anything else are refused before ``check``: padding taken for zeros would be a wrong answer.
    varied_by
        What `vary` does: 'fit' again, or 'evaluation' of what the nominal fit learned. Reports say which.
    streams
        Whether `fit` runs in the main process, which has the blocks of events read on the workers (`Context.reduce`):
        for a method with one shard whose work is passes over all events.
    scaling
        How `symhep.analyse` scales features where its caller does not say: 'isotropic' for a method of
        transformations, which a scale for each feature would change. Cards say it themselves.

    Examples
    --------
    >>> import numpy as np
    >>> from pydantic import Field
    >>> import symhep
    >>> class MeanRecord(symhep.Record):
    ...     mean: tuple[symhep.Number, ...] = Field(description="mean of every feature")
    >>> MeanRecord(mean=[symhep.Number.with_error(2.0, 0.7)]).mean[0].text()
    '2.0 ± 0.7'
    >>> class Mean(symhep.Method[symhep.Options, MeanRecord]):
    ...     name, summary = "mean", "weighted mean of every feature"
    ...     Options, Record = symhep.Options, MeanRecord
    ...
    ...     def fit(self, inputs, shard, context):
    ...         data = inputs.data
    ...         mean = np.average(data.values, axis=0, weights=data.weights)
    ...         spread = np.sqrt(np.average((data.values - mean) ** 2, axis=0, weights=data.weights))
    ...         return symhep.Part(arrays={"mean": mean, "error": spread / np.sqrt(data.effective)})
    ...
    ...     def combine(self, inputs, parts, context):
    ...         arrays, units = parts[0].arrays, [c.unit for c in inputs.data.columns]
    ...         found = zip(arrays["mean"], arrays["error"], units)
    ...         return symhep.Result(MeanRecord(mean=[symhep.Number.with_error(*row) for row in found]), arrays)
    ...
    ...     def statements(self, record):
    ...         yield symhep.Statement(f"The first mean is {record.mean[0].text()}.")
    ...
    ...     def tables(self, record):
    ...         return {"mean": symhep.Table.of(("mean",), [[number] for number in record.mean])}
    ...
    ...     def figures(self, result):
    ...         figure, axes = symhep.panel()
    ...         axes.plot(result.arrays["mean"])
    ...         yield symhep.NamedFigure("mean", figure, "Mean of every feature.")
    >>> method, context = Mean(), Context(np.random.SeedSequence(1))
    >>> data = Dataset.from_array([[1.0], [3.0]])
    >>> method.check(data, Options())
    >>> inputs = method.prepare(data, Options())
    >>> parts = [method.fit(inputs, shard, context) for shard in method.shards(inputs)]
    >>> result = method.worded(method.combine(inputs, parts, context))
    >>> result.statements[0].text, [item.name for item in method.figures(result)], list(method.tables(result.record))
    ('The first mean is 2.0 ± 0.7.', ['mean'], ['mean'])
    >>> method.varies_by(inputs), method.histograms(result), method.init_block(None)
    ('fit', {}, None)
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    references: ClassVar[tuple[Reference, ...]] = ()
    Options: ClassVar[type[Options]]
    Record: ClassVar[type[Record]]
    scan_quantities: ClassVar[tuple[ScanQuantity, ...]] = ()
    takes: ClassVar[frozenset[str]] = frozenset()
    varied_by: ClassVar[How] = "fit"
    streams: ClassVar[bool] = False
    scaling: ClassVar[Scaling] = "standard"

    def check(self, data: Dataset, options: OptionsT) -> None:
        """Refuse what cannot work, before anything is prepared or trained.

        Be quick: `symhep validate` calls it, too, with the first events alone.

        Parameters
        ----------
        data
            The events.
        options
            Of this method, checked one by one by their class.

        Raises
        ------
        CardError
            For what no events could mend.
        MethodError
            For what these events lack.
        """
        return None

    def prepare(self, data: Dataset, options: OptionsT) -> PreparedT:
        """What all shards need, worked out once and without randomness.

        Parameters
        ----------
        data
            The events.
        options
            Of this method.

        Returns
        -------
        Inputs
            Or what the method derives from it; it must be possible to pickle it, since workers get a copy.

        Raises
        ------
        CardError, MethodError
            As of ``check``, for what only shows here.
        """
        return cast(PreparedT, Inputs(data, options))

    def shards(self, prepared: PreparedT) -> Sequence[Shard]:
        """Independent pieces of work.

        Parameters
        ----------
        prepared
            What `prepare` gave.

        Returns
        -------
        sequence of Shard
            By default one. They must not depend on how many workers there are.
        """
        return (Shard(),)

    @abstractmethod
    def fit(self, prepared: PreparedT, shard: Shard, context: Context) -> Part:
        """Do one piece of the work.

        Parameters
        ----------
        prepared
            What `prepare` gave.
        shard
            The piece.
        context
            Device, progress, and the shard's random stream: all randomness comes from ``context.seeds``.

        Returns
        -------
        Part
            What `combine` needs.

        Raises
        ------
        MethodError
            If these events have no answer.
        """

    @abstractmethod
    def combine(self, prepared: PreparedT, parts: Sequence[Part], context: Context) -> Result[RecordT]:
        """Merge the parts into the result.

        Parameters
        ----------
        prepared
            What `prepare` gave.
        parts
            Of all shards, in their order.
        context
            Randomness again from ``context.seeds`` alone, a stream of its own.

        Returns
        -------
        Result
            Without statements and tables, which are made from its record.

        Raises
        ------
        MethodError
            If these events have no answer.
        """

    def varies_by(self, prepared: PreparedT) -> How:
        """What `vary` does, for a method whose options decide it.

        Parameters
        ----------
        prepared
            What `prepare` gave.

        Returns
        -------
        str
            'fit' or 'evaluation'; by default `varied_by`.
        """
        return self.varied_by

    def vary(
        self,
        prepared: PreparedT,
        result: Result[RecordT],
        variation: str,
        alternative: Alternative,
        context: Context,
    ) -> Mapping[str, Shifted]:
        """Numbers of the result under one alternative of a systematic variation.

        As it stands: fitted again, as a whole, from the random streams of the nominal fit. A method for which that
        takes long gives here the numbers that matter, or, with ``varied_by`` 'evaluation', evaluates on
        ``alternative.data`` what it learned from the nominal events. What is trained is never trained again.

        Parameters
        ----------
        prepared
            Of the nominal events.
        result
            The nominal one.
        variation
            Name in the card, e.g. 'jes'.
        alternative
            The varied events: ``alternative.data``.
        context
            With the random stream of `combine`, the same for all alternatives.

        Returns
        -------
        mapping
            Key of an answer (`symhep.methods.answers`) -> its value.

        Examples
        --------
        >>> class Quick(Method):
        ...     varied_by = "evaluation"
        ...
        ...     def vary(self, prepared, result, variation, alternative, context):
        ...         return {"mean": Shifted(float(alternative.data.values.mean()))}
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

        Parameters
        ----------
        prepared, result, variation, context
            As in `vary`.
        alternatives
            Those of the variation, in the order of the card.

        Returns
        -------
        sequence
            A mapping as of `vary` for each alternative.

        Examples
        --------
        >>> class Quick(Method):
        ...     def vary_weights(self, prepared, result, variation, alternatives, context):
        ...         x = prepared.data.values[:, 0]  # the rows are the same
        ...         return [{"mean": Shifted(float(np.average(x, weights=a.data.weights)))} for a in alternatives]
        """
        return [self.vary(prepared, result, variation, a, context) for a in alternatives]

    def statements(self, record: RecordT) -> Iterable[Statement]:
        """What was found, most important first, then warnings.

        Parameters
        ----------
        record
            All that may be used: `symhep report` words a stored result again, without a fit.

        Returns
        -------
        iterable of Statement
            By default none.
        """
        return ()

    def verdicts(self, record: RecordT) -> Iterable[Verdict]:
        """The questions that a physicist asks, each with its answer: the rows that a report opens with.

        Parameters
        ----------
        record
            All that may be used.

        Returns
        -------
        iterable of Verdict
            A handful, most important first; by default none.

        Examples
        --------
        >>> class Asked(Method):
        ...     def verdicts(self, record):
        ...         yield Verdict("Is the mean zero?", "compatible", "compatible", size=record.mean, size_of="mean")
        """
        return ()

    def tables(self, record: RecordT) -> Mapping[str, Table]:
        """Tables of the report.

        Parameters
        ----------
        record
            All that may be used.

        Returns
        -------
        mapping
            Name -> `Table`; by default none.
        """
        return {}

    def figures(self, result: Result[RecordT]) -> Iterator[NamedFigure]:
        """Draw the result.

        Parameters
        ----------
        result
            All that may be used: record and arrays.

        Yields
        ------
        NamedFigure
            Made with `symhep.panel`, not saved and not shown.
        """
        return iter(())

    def histograms(self, result: Result[RecordT]) -> Mapping[str, hist.Hist[Any]]:
        """What `symhep export` publishes as histograms.

        A method that keeps distributions or maps as arrays gives them here, too: an axis has a name and its unit in
        its label, 'mass [GeV]'; a map has the variance of each bin in `hist.storage.Weight`.

        Parameters
        ----------
        result
            All that may be used.

        Returns
        -------
        mapping
            Key -> histogram; by default those of the result.
        """
        return result.histograms

    def init_block(self, sample: SampleView) -> InitBlock | None:
        """This method's part of the card that `symhep init` writes for a file.

        Parameters
        ----------
        sample
            What the file holds, and the feature sets that the card will have.

        Returns
        -------
        InitBlock or None
            None: the method does not suit the file, or stays out of such cards.
        """
        return None

    def require_takes(self, needs: frozenset[str], name: str) -> None:
        """Refuse events that need what this method does not take.

        Parameters
        ----------
        needs
            `Dataset.needs` of the events.
        name
            Of the feature set, for the message.

        Raises
        ------
        CardError
            With what to change in the card.

        Examples
        --------
        >>> class Blunt(Method):
        ...     name, fit, combine = "blunt", None, None
        >>> Blunt().require_takes(frozenset({"tags"}), "jets")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        symhep.errors.CardError: the method 'blunt' does not support tags of members, which 'jets' has; remove them ...
        """
        for need in sorted(needs - self.takes):
            what, hint = _NEEDS[need]
            raise CardError(
                f"the method '{self.name}' does not support {what}, which '{name}' has", hint=hint
            )

    def worded(self, result: Result[RecordT]) -> Result[RecordT]:
        """The result with statements and tables made from its record.

        Parameters
        ----------
        result
            As of `combine`, or read from a run folder.

        Returns
        -------
        Result
            A copy with ``statements``, ``verdicts`` and ``tables``.

        Raises
        ------
        PluginError
            If the method gives anything but `Statement`, `Verdict` and `Table` objects.
        """
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
