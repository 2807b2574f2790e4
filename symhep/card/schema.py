"""The run card as typed records: what each key means, and what may stand there."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from symhep.card.base import LIST, Name, Strict
from symhep.card.features import CanonicalCard, FeatureCard
from symhep.card.objects import ObjectCard, SoftDrop, Sort, UpTo, VectorKind
from symhep.card.variations import AlternativeCard, ObjectChange, VariationCard

__all__ = [
    "AlternativeCard",
    "CanonicalCard",
    "Cut",
    "DatasetCard",
    "FeatureCard",
    "MethodCard",
    "ObjectCard",
    "ObjectChange",
    "OutputCard",
    "RunCard",
    "RunOptions",
    "SoftDrop",
    "Sort",
    "StyleName",
    "UpTo",
    "VariationCard",
    "VectorKind",
    "WeightCard",
]

#: Looks of figures: mplhep's that belongs to no experiment, those of experiments, and symhep's own.
StyleName = Literal["mplhep", "CMS", "ATLAS", "LHCb2", "ALICE", "DUNE", "none"]


def _integer(value: Any) -> Any:
    """1 itself: not 'true' and not 1.0, which Python holds for equal."""
    if type(value) is not int:
        raise ValueError("input should be 1")
    return value


def _scan_key(value: Any) -> str:
    """Equal for 1, 1.0 and "1", which an option would not tell apart."""
    try:
        return str(float(value))
    except (TypeError, ValueError, OverflowError):
        return str(value)


class WeightCard(Strict):
    """Which event weights count."""

    branch: str = Field("auto", description="auto, none, or the name of a weight in the file")
    negative: Literal["keep", "abs", "drop", "fail"] = Field(
        "keep", description="what to do with negative weights; drop and abs are reported"
    )


class DatasetCard(Strict):
    """Where events come from."""

    files: Annotated[tuple[str, ...], LIST] = Field(
        (), description="paths, globs, URLs, or a coffea fileset JSON"
    )
    format: str = Field("auto", description="a registered format; auto looks into the file")
    options: dict[str, Any] = Field(
        {}, description="options of the reader, e.g. tree, units, columns, masses"
    )
    xsec_pb: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="cross-section in pb: the weights are scaled to sum to it",
    )
    max_events: int | None = Field(None, gt=0, description="read no more than this many events")
    role: Literal["data", "simulation"] | None = Field(
        None,
        description="collision data, or simulated events; a method takes datasets of one role, and those of the other "
        "as its reference",
    )
    weights: WeightCard | None = Field(None, description="of this dataset; by default those of the card")
    variations: dict[Name, VariationCard] = Field({}, description="systematic variations by name")
    source: str | None = Field(None, description="where the files can be had; told when they are not there")
    checksum: str | None = Field(
        None,
        pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$",
        description="md5:... or sha256:... of the dataset's one file, as it was published; any other is refused",
    )
    unit: Literal["auto", "none"] | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        "auto",
        description="numbers of the event whose rows are one independent event, as in [run, event]: copies, images and "
        "several candidates count once in errors, splits and random images; auto takes those of the file that say so, "
        "and exact copies; none: every row is an event of its own",
    )
    missing: Literal["error", "fill"] = Field(
        "error",
        description="a file that lacks a wanted column which others have: an error, or weight 1, mass 0, "
        "no objects, a value that no comparison holds for",
    )

    @model_validator(mode="after")
    def _data_are_counted(self) -> DatasetCard:
        if self.role == "data" and self.xsec_pb is not None:
            raise ValueError("collision data are counted, not scaled: leave out 'xsec_pb'")
        return self


class Cut(Strict):
    """A condition on the event; every cut is a row of the cutflow."""

    name: str
    cut: str


class MethodCard(Strict):
    """A method to run on a feature set."""

    use: str = Field(description="a registered method")
    features: str
    datasets: Annotated[Annotated[tuple[str, ...], Field(min_length=1)] | None, LIST] = Field(
        None, description="which datasets enter; all by default"
    )
    reference: Annotated[Annotated[tuple[Name, ...], Field(min_length=1)] | None, LIST] = Field(
        None,
        description="one dataset or several that the method looks relative to: symmetries of the ratio of densities",
    )
    regions: Annotated[tuple[Name, ...], LIST] = Field(
        (),
        description="regions that the method is run in, one after the other; of features without a selection",
    )
    blind: Annotated[tuple[Name, ...], LIST] = Field(
        (),
        description="regions of which collision data are not looked at, nor in regions and control plots that overlap "
        "them",
    )
    options: dict[str, Any] = {}
    scan: dict[Name, Annotated[list[Any], Field(min_length=1)]] = Field(
        {}, description="option -> values; the method is run for each"
    )

    @field_validator("scan")
    @classmethod
    def _distinct(cls, scan: dict[str, list[Any]]) -> dict[str, list[Any]]:
        for option, values in scan.items():
            seen: set[str] = set()
            for value in values:
                if (key := _scan_key(value)) in seen:
                    raise ValueError(f"scan of {option} names {value} twice")
                seen.add(key)
        return scan


#: A number of bytes.
MEMORY = r"([0-9]+(?:\.[0-9]+)?) ?([kMGT])B"


class RunOptions(Strict):
    """How the run is done."""

    seed: int = Field(20260101, ge=0)
    device: str = "auto"
    bad_files: Literal["fail", "skip"] = "fail"
    chunk_events: int = Field(50_000, gt=0, description="events in memory at a time while reading")
    memory: str = Field(
        "256 MB",
        pattern=MEMORY,
        description="features that take more are not kept in memory, but read block by block from the run folder",
        examples=["64 MB", "4 GB"],
    )

    @property
    def memory_bytes(self) -> float:
        """``memory`` in bytes."""
        number, unit = re.fullmatch(MEMORY, self.memory).groups()  # type: ignore[union-attr]
        return float(number) * {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[unit]


class OutputCard(Strict):
    """How figures look."""

    figures: tuple[Literal["pdf", "png", "svg"], ...] = ("pdf", "png")
    style: StyleName = "mplhep"
    label: str = Field("Private work", description="status, above every figure on the left")
    label_right: str = Field(
        "", description="above every figure on the right", examples=["138 fb$^{-1}$ (13 TeV)"]
    )


def _none_is_empty(kind: Any) -> BeforeValidator:
    """A key with nothing below it, or nothing but comments, as in a card whose methods are all switched off."""
    return BeforeValidator(lambda value: {} if value is None else value, json_schema_input_type=kind | None)


class RunCard(Strict):
    """A whole analysis: what to read, what to select, what to run. `symhep schema card` prints its JSON Schema.

    Unknown keys are errors, values do not change. `symhep.load_card` makes it from a file.

    Examples
    --------
    >>> toy = {"format": "toy", "options": {"name": "circle"}}
    >>> card = RunCard(symhep=1, datasets={"toy": toy}, features={"plane": {"vars": ["x1"]}})
    >>> card.datasets["toy"].format, card.weights_of("toy").branch
    ('toy', 'auto')
    """

    symhep: Annotated[Literal[1], BeforeValidator(_integer)] = Field(description="version of this schema")
    datasets: dict[Name, DatasetCard]
    objects: Annotated[dict[Name, ObjectCard], _none_is_empty(dict[Name, ObjectCard])] = {}
    selections: Annotated[dict[Name, tuple[Cut, ...]], _none_is_empty(dict[Name, tuple[Cut, ...]])] = {}
    regions: Annotated[dict[Name, Name], _none_is_empty(dict[Name, Name])] = Field(
        {}, description="region -> its selection: signal and control regions"
    )
    features: dict[Name, FeatureCard]
    weights: WeightCard = WeightCard()
    luminosity_fb: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="integrated luminosity in 1/fb: simulated events with an xsec_pb are scaled to the number expected",
    )
    methods: Annotated[dict[Name, MethodCard], _none_is_empty(dict[Name, MethodCard])] = {}
    run: RunOptions = RunOptions()
    output: OutputCard = OutputCard()

    @field_validator("features", "methods", "regions")
    @classmethod
    def _different_on_every_disk(cls, named: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, str] = {}
        for name in named:
            if (other := known.setdefault(name.lower(), name)) != name:
                raise ValueError(
                    f"'{other}' and '{name}' differ in case alone, and have one folder on a disk that ignores case, as "
                    "those of macOS; rename one"
                )
        return named

    def weights_of(self, dataset: str) -> WeightCard:
        """The weights of a dataset: its own, or those of the card.

        Parameters
        ----------
        dataset
            Name of the dataset.

        Returns
        -------
        WeightCard
            Which branch, and what is done with negative weights.
        """
        return self.datasets[dataset].weights or self.weights
