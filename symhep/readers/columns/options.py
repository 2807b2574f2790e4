"""The options of readers whose columns are mapped."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from symhep.readers.interface import ReaderOptions

__all__ = ["ColumnMapOptions"]


class ColumnMapOptions(ReaderOptions):
    """``columns: {jets: {px: Jet_Px, ..., btag: Jet_btag}}``, ``event: {HT: ht}``, ``weight: w``, ``units``.

    Without ``columns`` (``event``) collections (event fields) are guessed from the names. A list of columns,
    ``{leptons: {pt: [pt_1, pt_2], ...}}``, makes as many objects in every event.
    """

    units: Literal["auto", "GeV", "MeV"] = Field(
        "auto",
        description="unit of energies in the file; auto: MeV for columns of ATLAS AuxDyn, otherwise GeV",
    )
    columns: dict[str, dict[str, str | list[str]]] | None = Field(
        None,
        description="collection -> field -> column (or a list of columns, one for each object), e.g. {jets: {px: "
        "Jet_Px, ...}}; default: from the column names",
    )
    event: dict[str, str] | None = Field(
        None, description="number per event -> column; default: from the column names"
    )
    weight: str | None = Field(
        None, description="column of the event weight, or NAME[i] of a list; default: from the column names"
    )
