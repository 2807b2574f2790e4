"""Objects of an event, as a card describes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from symhep.card.base import LIST, Name, Strict

__all__ = ["ObjectCard", "SoftDrop", "Sort", "UpTo", "VectorKind"]

#: What is known of a four-momentum, see `symhep.events.kinds`.
VectorKind = Literal["full", "massless", "three", "transverse"]


class Sort(Strict):
    """Order of the objects in an event."""

    by: str = Field(description="an expression in the object's fields", examples=["pt", "abs(mass - 91.19)"])
    order: Literal["descending", "ascending"] = Field("descending", description="largest or smallest first")


def _as_sort(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


class UpTo(Strict):
    """A number of objects that differs from event to event."""

    up_to: int = Field(
        gt=0, le=1000, description="so many at most, from the front; events with fewer are kept", examples=[8]
    )


class SoftDrop(Strict):
    """Grooming of a clustered jet (Larkoski, Marzani, Soyez, Thaler, arXiv:1402.2657), on its Cambridge/Aachen tree."""

    z_cut: float = Field(
        0.1, gt=0, lt=0.5, description="least share of pt of the softer branch, at distance R"
    )
    beta: float = Field(0.0, ge=-10, le=10, description="power of distance / R in that condition")


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


class ObjectCard(Strict):
    """Objects of an event: members of a collection, pairs of other objects, jets, constituents, or several objects."""

    collection: str | None = Field(None, description="a collection of the file", examples=["Jet"])
    pair: Annotated[tuple[Name, ...] | None, LIST] = Field(
        None,
        description="one object: all its pairs; two different ones: every combination; four-vectors are added",
        examples=[["muons", "jets"]],
    )
    cluster: str | None = Field(
        None,
        description="a collection of the file, or an object, that jets are made of (needs fastjet)",
        examples=["particles"],
    )
    constituents: Name | None = Field(
        None,
        description="a clustered object: what its jets are made of, with the number of the jet as 'jet', from 0",
        examples=["fat"],
    )
    system: Annotated[tuple[Name, ...] | None, LIST] = Field(
        None,
        description="other objects, taken together as one list of vectors",
        examples=[["electrons", "met", "jets"]],
    )
    where: str | None = Field(
        None,
        description="keep the members for which this holds; of 'cluster' the particles that are clustered. Other "
        "objects, numbers per event and 'self' may stand there: all(deltaR(self, electrons) > 0.4)",
        examples=["pt > 30 and abs(eta) < 2.5"],
    )
    algorithm: Literal["antikt", "cambridge", "kt"] | None = Field(
        None, description="of 'cluster'; by default antikt", examples=["cambridge"]
    )
    R: float | None = Field(
        None, gt=0, le=10, description="radius parameter of 'cluster', which needs it", examples=[0.4]
    )
    pt_min: float | None = Field(
        None,
        ge=0,
        description="of 'cluster': least transverse momentum of a jet, in GeV; by default 0",
        examples=[20],
    )
    soft_drop: SoftDrop | None = Field(
        None, description="of 'cluster': groom the jets", examples=[{"z_cut": 0.1, "beta": 0}]
    )
    keep: str | None = Field(
        None, description="of 'cluster': keep the jets for which this holds", examples=["abs(eta) < 2"]
    )
    kind: VectorKind | None = Field(
        None,
        description="what is known of the four-momentum: full, massless, three (no energy), transverse (as missing "
        "momentum); by default as the file has it",
        examples=["transverse"],
    )
    sort: Annotated[Sort | None, BeforeValidator(_as_sort, json_schema_input_type=str | Sort | None)] = Field(
        None, description="an expression (largest first), or {by: ..., order: ascending}", examples=["pt"]
    )
    take: Annotated[
        Annotated[int, Field(gt=0, le=1000, strict=True)] | UpTo | Literal["all"] | None,
        BeforeValidator(_taken),
    ] = Field(
        None,
        description="how many, from the front, enter features: a number, that every event must have; {up_to: 8}, or "
        "all: as many as there are. Pairs and cuts see all that pass 'where'",
        examples=[2, {"up_to": 8}, "all"],
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
