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

    by: str = Field(
        description="an expression in the object's fields",
        examples=["pt", "abs(mass - 91.19)"],
    )
    order: Literal["descending", "ascending"] = Field("descending", description="largest or smallest first")


def _as_sort(value: Any) -> Any:
    return {"by": value} if isinstance(value, str) else value


class UpTo(Strict):
    """A number of objects that differs from event to event."""

    up_to: int = Field(
        gt=0,
        le=1000,
        description="maximum number, from the front of the list; events with fewer are kept",
        examples=[8],
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
        raise ValueError("expected a number from 1 to 1000, {up_to: 8} or all")
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
        description="pairs of objects, with summed four-momenta. One name: all pairs of this object; two names: all "
        "combinations of the two",
        examples=[["muons", "jets"]],
    )
    cluster: str | None = Field(
        None,
        description="collection of the file, or object, to cluster into jets (needs fastjet)",
        examples=["particles"],
    )
    constituents: Name | None = Field(
        None,
        description="constituents of the jets of a clustered object; the field 'jet' is the index of the jet, from 0",
        examples=["fat"],
    )
    system: Annotated[tuple[Name, ...] | None, LIST] = Field(
        None,
        description="several objects, combined into one list of vectors",
        examples=[["electrons", "met", "jets"]],
    )
    where: str | None = Field(
        None,
        description="condition on the members to keep; with 'cluster' on the particles to cluster. It may use other "
        "objects, numbers per event and 'self', as in all(deltaR(self, electrons) > 0.4)",
        examples=["pt > 30 and abs(eta) < 2.5"],
    )
    algorithm: Literal["antikt", "cambridge", "kt"] | None = Field(
        None, description="algorithm of 'cluster'; default: antikt", examples=["cambridge"]
    )
    R: float | None = Field(None, gt=0, le=10, description="radius parameter of 'cluster'", examples=[0.4])
    pt_min: float | None = Field(
        None,
        ge=0,
        description="with 'cluster': minimum transverse momentum of a jet in GeV; default: 0",
        examples=[20],
    )
    soft_drop: SoftDrop | None = Field(
        None,
        description="with 'cluster': soft-drop grooming of the jets",
        examples=[{"z_cut": 0.1, "beta": 0}],
    )
    keep: str | None = Field(
        None, description="with 'cluster': condition on the jets to keep", examples=["abs(eta) < 2"]
    )
    kind: VectorKind | None = Field(
        None,
        description="known components of the four-momentum: full, massless, three (no energy), transverse (as "
        "missing transverse momentum); default: as in the file",
        examples=["transverse"],
    )
    sort: Annotated[Sort | None, BeforeValidator(_as_sort, json_schema_input_type=str | Sort | None)] = Field(
        None,
        description="expression to sort by (largest first), or {by: ..., order: ascending}",
        examples=["pt"],
    )
    take: Annotated[
        Annotated[int, Field(gt=0, le=1000, strict=True)] | UpTo | Literal["all"] | None,
        BeforeValidator(_taken),
    ] = Field(
        None,
        description="number of objects used in features, from the front of the list: a number (events with fewer "
        "are rejected), {up_to: 8}, or all. Pairs and cuts use all objects that pass 'where'",
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
                    raise ValueError(f"'{key}' is only for objects with 'cluster'")
        elif self.R is None:
            raise ValueError("'cluster' needs the radius parameter R, as in R: 0.4")
        if self.system is not None:
            for key in ("where", "sort", "take", "kind"):
                if getattr(self, key) is not None:
                    raise ValueError(
                        f"'{key}' is not for a system: set it for the objects that the system is made of"
                    )
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
