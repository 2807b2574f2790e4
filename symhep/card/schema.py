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

    branch: str = Field(
        "auto", description="auto, none, or the name of a weight in the file", examples=["genWeight"]
    )
    negative: Literal["keep", "abs", "drop", "fail"] = Field(
        "keep",
        description="what to do with negative weights: keep the sign, use the absolute value, drop the "
        "event, or fail",
    )


class DatasetCard(Strict):
    """Where events come from."""

    files: Annotated[tuple[str, ...], LIST] = Field(
        (),
        description="paths, globs, URLs, or a coffea fileset JSON",
        examples=[["ee.lhe.gz"], ["data*.root"]],
    )
    format: str = Field(
        "auto",
        description="input format (see symhep methods); auto: detected from the file",
        examples=["nanoaod"],
    )
    options: dict[str, Any] = Field(
        {},
        description="options of the reader, e.g. tree, units, columns, masses",
        examples=[{"tree": "ntuple", "units": "MeV"}],
    )
    xsec_pb: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="cross-section in pb; the sum of weights is scaled to it",
        examples=[6077],
    )
    max_events: int | None = Field(
        None, gt=0, description="maximum number of events to read", examples=[10000]
    )
    role: Literal["data", "simulation"] | None = Field(
        None,
        description="collision data or simulation; the datasets of a method have one role, its reference may have "
        "the other",
        examples=["simulation"],
    )
    weights: WeightCard | None = Field(
        None,
        description="event weights of this dataset; default: those of the card",
        examples=[{"branch": "none"}],
    )
    variations: dict[Name, VariationCard] = Field(
        {},
        description="systematic variations, by name",
        examples=[{"jes": {"up": {"objects": {"jets": "1.02"}}, "down": {"objects": {"jets": "0.98"}}}}],
    )
    source: str | None = Field(
        None,
        description="where to obtain the files; shown in the error if they are missing",
        examples=["https://doi.org/10.5281/zenodo.2603256"],
    )
    checksum: str | None = Field(
        None,
        pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$",
        description="published checksum of the file, md5:... or sha256:...; a file with another checksum is an error",
        examples=["md5:0123456789abcdef0123456789abcdef"],
    )
    unit: Literal["auto", "none"] | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        "auto",
        description="event numbers that identify an independent event, as in [run, event]: rows with equal numbers "
        "(copies, images, several candidates) count as one event in errors, splits and randomisations; "
        "auto: event numbers of the file, and exact copies; none: every row is an independent event",
        examples=[["run", "event"]],
    )
    missing: Literal["error", "fill"] = Field(
        "error",
        description="how to treat files that lack a column which other files have: error, or fill (weight "
        "1, mass 0, no objects, a value for which every comparison is false)",
    )

    @model_validator(mode="after")
    def _data_are_counted(self) -> DatasetCard:
        if self.role == "data" and self.xsec_pb is not None:
            raise ValueError("collision data are not scaled to a cross-section: remove 'xsec_pb'")
        return self


class Cut(Strict):
    """A condition on the event; every cut is a row of the cutflow."""

    name: str = Field(description="its row in the cutflow", examples=["two_muons"])
    cut: str = Field(
        description="condition on the event: events for which it is true are kept",
        examples=["count(muons) == 2"],
    )


class MethodCard(Strict):
    """A method to run on a feature set."""

    use: str = Field(description="name of the method (see symhep methods)", examples=["moments"])
    features: str = Field(description="the feature set that it gets", examples=["p4"])
    datasets: Annotated[Annotated[tuple[str, ...], Field(min_length=1)] | None, LIST] = Field(
        None, description="datasets to use; default: all", examples=[["data"]]
    )
    reference: Annotated[Annotated[tuple[Name, ...], Field(min_length=1)] | None, LIST] = Field(
        None,
        description="reference dataset(s): the method tests symmetries of the ratio of the densities",
        examples=[["dy"]],
    )
    regions: Annotated[tuple[Name, ...], LIST] = Field(
        (),
        description="regions in which the method is run, one by one; for features without a selection",
        examples=[["two_jets", "more_jets"]],
    )
    blind: Annotated[tuple[Name, ...], LIST] = Field(
        (),
        description="blinded regions: collision data in them, and in regions and control plots that overlap them, "
        "are not used",
        examples=[["signal_region"]],
    )
    options: dict[str, Any] = Field(
        {}, description="options of the method", examples=[{"latent_dim": 6, "runs": 15}]
    )
    scan: dict[Name, Annotated[list[Any], Field(min_length=1)]] = Field(
        {},
        description="option -> list of values; the method is run for each value",
        examples=[{"beta": [0.01, 0.1]}],
    )

    @field_validator("scan")
    @classmethod
    def _distinct(cls, scan: dict[str, list[Any]]) -> dict[str, list[Any]]:
        for option, values in scan.items():
            seen: set[str] = set()
            for value in values:
                if (key := _scan_key(value)) in seen:
                    raise ValueError(f"scan of {option}: {value} is given twice")
                seen.add(key)
        return scan


#: A number of bytes.
MEMORY = r"([0-9]+(?:\.[0-9]+)?) ?([kMGT])B"


class RunOptions(Strict):
    """How the run is done."""

    seed: int = Field(20260101, ge=0, description="root of all random numbers")
    device: str = Field(
        "auto", description="cpu, cuda or cuda:N; auto: a GPU where there is one", examples=["cuda:1"]
    )
    bad_files: Literal["fail", "skip"] = Field(
        "fail", description="a damaged file: stop, or use what can be read and list what is lost"
    )
    chunk_events: int = Field(50_000, gt=0, description="number of events read into memory at a time")
    memory: str = Field(
        "256 MB",
        pattern=MEMORY,
        description="memory limit for the features of a method; larger ones are read block by block from "
        "the run folder",
        examples=["64 MB", "4 GB"],
    )

    @property
    def memory_bytes(self) -> float:
        """``memory`` in bytes."""
        number, unit = re.fullmatch(MEMORY, self.memory).groups()  # type: ignore[union-attr]
        return float(number) * {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}[unit]


class OutputCard(Strict):
    """How figures look."""

    figures: tuple[Literal["pdf", "png", "svg"], ...] = Field(
        ("pdf", "png"), description="formats of the figures; [] draws none"
    )
    style: StyleName = Field(
        "mplhep", description="the look of the figures: that of mplhep, of an experiment, or none"
    )
    label: str = Field(
        "Private work", description="text above every figure on the left, such as the status of the analysis"
    )
    label_right: str = Field(
        "", description="text above every figure on the right", examples=["138 fb$^{-1}$ (13 TeV)"]
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

    symhep: Annotated[Literal[1], BeforeValidator(_integer)] = Field(description="version of the card format")
    title: str = Field(
        "", max_length=200, description="heading of the report", examples=["Dimuons at the Z pole"]
    )
    description: str = Field(
        "",
        max_length=4000,
        description="what the run is about, in a sentence or two",
        examples=["Six momentum components of two muons at 80 GeV."],
    )
    datasets: dict[Name, DatasetCard] = Field(
        description="samples of events by name", examples=[{"ee": {"files": ["ee.lhe.gz"]}}]
    )
    objects: Annotated[dict[Name, ObjectCard], _none_is_empty(dict[Name, ObjectCard])] = Field(
        {},
        description="objects of an event by name",
        examples=[{"jets": {"collection": "Jet", "sort": "pt", "take": 2}}],
    )
    selections: Annotated[dict[Name, tuple[Cut, ...]], _none_is_empty(dict[Name, tuple[Cut, ...]])] = Field(
        {},
        description="cuts by the name of the selection; all of them must hold",
        examples=[{"dijet": [{"name": "two_jets", "cut": "count(jets) >= 2"}]}],
    )
    regions: Annotated[dict[Name, Name], _none_is_empty(dict[Name, Name])] = Field(
        {},
        description="signal and control regions: name -> selection",
        examples=[{"signal_region": "ee_jet"}],
    )
    features: dict[Name, FeatureCard] = Field(
        description="feature sets by name",
        examples=[{"p4": {"object": "jets", "vars": ["E", "px", "py", "pz"]}}],
    )
    weights: WeightCard = Field(WeightCard(), description="event weights of all datasets without 'weights'")
    luminosity_fb: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="integrated luminosity in 1/fb; simulation with an xsec_pb is scaled to the expected number of "
        "events",
        examples=[59.7],
    )
    methods: Annotated[dict[Name, MethodCard], _none_is_empty(dict[Name, MethodCard])] = Field(
        {},
        description="methods to run by name",
        examples=[{"symmetries": {"use": "moments", "features": "p4"}}],
    )
    run: RunOptions = Field(RunOptions(), description="how the run is done")
    output: OutputCard = Field(OutputCard(), description="how figures look")

    @field_validator("features", "methods", "regions")
    @classmethod
    def _different_on_every_disk(cls, named: dict[str, Any]) -> dict[str, Any]:
        known: dict[str, str] = {}
        for name in named:
            if (other := known.setdefault(name.lower(), name)) != name:
                raise ValueError(
                    f"'{other}' and '{name}' differ only in upper and lower case, which file systems such as that of "
                    f"macOS do not distinguish; rename one"
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
