"""The run card as typed records: what each key means, and what may stand there."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

__all__ = [
    "CanonicalCard",
    "Cut",
    "DatasetCard",
    "FeatureCard",
    "MethodCard",
    "ObjectCard",
    "OutputCard",
    "RunCard",
    "RunOptions",
    "SoftDrop",
    "Sort",
    "StyleName",
    "UpTo",
    "VectorKind",
    "WeightCard",
]

#: What is known of a four-momentum, see `symhep.events.kinds`.
VectorKind = Literal["full", "massless", "three", "transverse"]

#: Looks of figures: mplhep's that belongs to no experiment, those of experiments, and symhep's own.
StyleName = Literal["mplhep", "CMS", "ATLAS", "LHCb2", "ALICE", "DUNE", "none"]

Name = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        max_length=64,
        description="letters, digits and _, with no digit in front",
        examples=["jets_4"],
    ),
]


#: A run of numbered names.
_RANGE = re.compile(r"([A-Za-z_]\w*?)(\d+)\s*\.\.\s*([A-Za-z_]\w*?)(\d+)")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


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


#: One name stands for a list of one; the schema says so.
_LIST = BeforeValidator(_as_list, json_schema_input_type=str | list[str])


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DatasetCard(_Strict):
    """Where events come from."""

    files: Annotated[tuple[str, ...], _LIST] = Field(
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
    source: str | None = Field(None, description="where the files can be had; told when they are not there")
    checksum: str | None = Field(
        None,
        pattern=r"^(md5:[0-9a-f]{32}|sha256:[0-9a-f]{64})$",
        description="md5:... or sha256:... of the dataset's one file, as it was published; any other is refused",
    )
    missing: Literal["error", "fill"] = Field(
        "error",
        description="a file that lacks a wanted column which others have: an error, or weight 1, mass 0, "
        "no objects, a value that no comparison holds for",
    )


class Sort(_Strict):
    """Order of the objects in an event."""

    by: str = Field(description="an expression in the object's fields, e.g. pt or abs(mass - 91.19)")
    order: Literal["descending", "ascending"] = "descending"


def _as_sort(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


class UpTo(_Strict):
    """A number of objects that differs from event to event."""

    up_to: int = Field(
        gt=0, le=1000, description="so many at most, from the front; events with fewer are kept"
    )


class SoftDrop(_Strict):
    """Grooming of a clustered jet (Larkoski, Marzani, Soyez, Thaler, arXiv:1402.2657), on its Cambridge/Aachen tree."""

    z_cut: float = Field(0.1, gt=0, lt=0.5)
    beta: float = Field(0.0, ge=-10, le=10)


def _taken(value: Any) -> Any:
    """One message for whatever is none of the three ways to say how many."""
    number = value.get("up_to") if isinstance(value, dict) and set(value) == {"up_to"} else value
    if value in (None, "all") or isinstance(value, UpTo):
        return value
    if type(number) is not int or not 0 < number <= 1000:
        raise ValueError("expected a number from 1 to 1000, {up_to: 8}, or all")
    return value


#: Where the members of an object come from, one of these.
_ORIGINS = ("collection", "pair", "cluster", "constituents", "system")
#: Keys that only clustered jets have.
_JET_KEYS = ("algorithm", "R", "pt_min", "soft_drop", "keep")


class ObjectCard(_Strict):
    """Objects of an event: members of a collection, pairs of other objects, jets, constituents, or several objects."""

    collection: str | None = Field(None, description="a collection of the file")
    pair: Annotated[tuple[Name, ...] | None, _LIST] = Field(
        None,
        description="one object: all its pairs; two different ones: every combination; four-vectors are added",
    )
    cluster: str | None = Field(
        None, description="a collection of the file, or an object, that jets are made of (needs fastjet)"
    )
    constituents: Name | None = Field(
        None,
        description="a clustered object: what its jets are made of, with the number of the jet as 'jet', from 0",
    )
    system: Annotated[tuple[Name, ...] | None, _LIST] = Field(
        None, description="other objects, taken together as one list of vectors"
    )
    where: str | None = Field(
        None,
        description="keep the members for which this holds; of 'cluster' the particles that are clustered. Other "
        "objects, numbers per event and 'self' may stand there: all(deltaR(self, electrons) > 0.4)",
    )
    algorithm: Literal["antikt", "cambridge", "kt"] | None = Field(
        None, description="of 'cluster'; by default antikt"
    )
    R: float | None = Field(None, gt=0, le=10, description="radius parameter of 'cluster'")
    pt_min: float | None = Field(
        None, ge=0, description="of 'cluster': least transverse momentum of a jet, in GeV; by default 0"
    )
    soft_drop: SoftDrop | None = Field(None, description="of 'cluster': groom the jets")
    keep: str | None = Field(None, description="of 'cluster': keep the jets for which this holds")
    kind: VectorKind | None = Field(
        None,
        description="what is known of the four-momentum: full, massless, three (no energy), transverse (as missing "
        "momentum); by default as the file has it",
    )
    sort: Annotated[Sort | None, BeforeValidator(_as_sort, json_schema_input_type=str | Sort | None)] = Field(
        None, description="an expression (largest first), or {by: ..., order: ascending}"
    )
    take: Annotated[
        Annotated[int, Field(gt=0, le=1000, strict=True)] | UpTo | Literal["all"] | None,
        BeforeValidator(_taken),
    ] = Field(
        None,
        description="how many, from the front, enter features: a number, that every event must have; {up_to: 8}, or "
        "all: as many as there are. Pairs and cuts see all that pass 'where'",
    )

    @model_validator(mode="after")
    def _one_source(self) -> ObjectCard:
        given = [name for name in _ORIGINS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give one of {', '.join(_ORIGINS)}" + (f", not {' and '.join(given)}" if given else "")
            )
        if self.pair is not None and not 1 <= len(self.pair) <= 2:
            raise ValueError("'pair' takes one object name or two")
        if self.cluster is None:
            for key in _JET_KEYS:
                if getattr(self, key) is not None:
                    raise ValueError(f"'{key}' belongs to 'cluster'")
        elif self.R is None:
            raise ValueError("'cluster' needs the radius parameter R, as in R: 0.4")
        if self.system is not None:
            for key in ("where", "sort", "take", "kind"):
                if getattr(self, key) is not None:
                    raise ValueError(f"'{key}' belongs to the objects that the system is made of")
            if not self.system or len(set(self.system)) < len(self.system):
                raise ValueError("'system' takes the names of different objects")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Names that may be those of other objects which this one is made of."""
        named = (*(self.pair or ()), *(self.system or ()), self.cluster, self.constituents)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def varies(self) -> bool:
        """May the number of members that enter features differ from event to event?"""
        return self.take == "all" or isinstance(self.take, UpTo)


class Cut(_Strict):
    """A condition on the event; every cut is a row of the cutflow."""

    name: str
    cut: str


def _range(entry: str) -> list[str]:
    """'x1..x3' as x1, x2, x3; anything else as it is."""
    found = _RANGE.fullmatch(entry.strip())
    if found is None:
        return [entry]
    first, last = int(found[2]), int(found[4])
    if found[1] != found[3] or not first <= last < first + 10_000:
        raise ValueError(f"'{entry}' is not a range such as x1..x12")
    return [f"{found[1]}{number}" for number in range(first, last + 1)]


def _as_group(value: Any) -> Any:
    return {"group": value} if isinstance(value, str) else value


class CanonicalCard(_Strict):
    """A frame of its own for each event."""

    group: Literal["so(2)", "so(3)"] | None = Field(
        None,
        description="so(2): turn about the axis until the reference has azimuth 0; so(3): turn it onto z, and the "
        "next object into the x-z plane",
    )
    axis: Literal["x", "y", "z"] = Field("z", description="of so(2)")
    reference: Annotated[int, Field(ge=1, strict=True)] | Literal["leading"] = Field(
        "leading", description="the object that is turned: leading, or its number from 1"
    )
    reflection: Annotated[tuple[Literal["px", "py", "pz"], ...], _LIST] = Field(
        (), description="components that are mirrored where the first object that has any has a negative one"
    )

    @model_validator(mode="after")
    def _does_something(self) -> CanonicalCard:
        if self.group is None and not self.reflection:
            raise ValueError("give a 'group', a 'reflection', or both")
        if self.group != "so(2)" and "axis" in self.model_fields_set:
            raise ValueError("'axis' belongs to so(2)")
        fixed = {None: "", "so(3)": "xz"}.get(self.group, "yzx"["xyz".index(self.axis)])
        for component in self.reflection:
            if component[1] in fixed:
                raise ValueError(f"{self.group} leaves no sign of {component} to a reflection")
        return self

    @property
    def position(self) -> int:
        """Number of the reference from 0."""
        return 0 if self.reference == "leading" else self.reference - 1


class FeatureCard(_Strict):
    """Numbers per event, and how they are scaled."""

    selection: str | None = None
    object: Name | None = Field(None, description="the object whose members give the variables")
    vars: Annotated[tuple[str, ...], _LIST] = Field(
        description="variables of the object (px, py, pz, E, pt, eta, phi, m, rapidity, ...), or event expressions; "
        "x1..x12 stands for x1, x2, ..., x12"
    )
    scaling: Literal["standard", "isotropic", "none"] = "standard"
    spectators: Annotated[tuple[str, ...], _LIST] = Field(
        (),
        description="event expressions that tests and networks see beside the variables, and that no transformation "
        "acts on",
        examples=[["count(jets)"]],
    )
    tags: Annotated[tuple[str, ...], _LIST] = Field(
        (),
        description="expressions in the object's members, such as a charge or a b-tag, that come along with each "
        "member and that no transformation acts on; 0 for objects of a system without such a field",
        examples=[["charge"]],
    )
    canonicalise: Annotated[
        CanonicalCard | None, BeforeValidator(_as_group, json_schema_input_type=str | CanonicalCard | None)
    ] = Field(
        None,
        description="rotate and mirror each event into a frame of its own before the variables are taken",
    )

    @field_validator("vars")
    @classmethod
    def _ranges(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for entry in names for name in _range(entry))

    @model_validator(mode="after")
    def _some_vars(self) -> FeatureCard:
        if not self.vars:
            raise ValueError("'vars' is empty")
        if self.canonicalise and self.object is None:
            raise ValueError("'canonicalise' needs an 'object', whose four-momenta it rotates")
        if self.tags and self.object is None:
            raise ValueError("'tags' needs an 'object', whose members it describes")
        return self


class WeightCard(_Strict):
    """Which event weights count."""

    branch: str = Field("auto", description="auto, none, or the name of a weight in the file")
    negative: Literal["keep", "abs", "drop", "fail"] = Field(
        "keep", description="what to do with negative weights; drop and abs are reported"
    )


class MethodCard(_Strict):
    """A method to run on a feature set."""

    use: str = Field(description="a registered method")
    features: str
    datasets: Annotated[Annotated[tuple[str, ...], Field(min_length=1)] | None, _LIST] = Field(
        None, description="which datasets enter; all by default"
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


class RunOptions(_Strict):
    """How the run is done."""

    seed: int = Field(20260101, ge=0)
    device: str = "auto"
    bad_files: Literal["fail", "skip"] = "fail"
    chunk_events: int = Field(50_000, gt=0, description="events in memory at a time while reading")


class OutputCard(_Strict):
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


class RunCard(_Strict):
    """A whole analysis: what to read, what to select, what to run."""

    symhep: Annotated[Literal[1], BeforeValidator(_integer)] = Field(description="version of this schema")
    datasets: dict[Name, DatasetCard]
    objects: Annotated[dict[Name, ObjectCard], _none_is_empty(dict[Name, ObjectCard])] = {}
    selections: Annotated[dict[Name, tuple[Cut, ...]], _none_is_empty(dict[Name, tuple[Cut, ...]])] = {}
    features: dict[Name, FeatureCard]
    weights: WeightCard = WeightCard()
    methods: Annotated[dict[Name, MethodCard], _none_is_empty(dict[Name, MethodCard])] = {}
    run: RunOptions = RunOptions()
    output: OutputCard = OutputCard()
