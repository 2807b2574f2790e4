"""The card's word `subgroups`: which classes of subgroups are tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BeforeValidator, Field

from symhep.errors import CardError, nearest
from symhep.lie.subgroups import lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.catalogue import Catalogue
from symhep.lie.subgroups.lattice import lattice
from symhep.methods.interface import Options

__all__ = ["CATALOGUES", "SubgroupOptions", "switch"]

CATALOGUES: Mapping[str, Callable[[], Catalogue]] = {
    "lorentz": lorentz_subgroups,
    "poincare": poincare_subgroups,
}


class SubgroupOptions(Options):
    """Classes of subgroups of the Lorentz or Poincare group to test; methods derive from it.

    >>> SubgroupOptions(classes=("SO(3)",)).asked(lorentz_subgroups()) == {"SO(3)", "SO(2)"}
    True
    """

    catalogue: Literal["auto", "lorentz", "poincare"] = Field(
        "auto",
        description="lorentz: 14 classes of subgroups; poincare: 141 classes; auto: poincare if "
        "translations are among the candidates",
    )
    classes: Literal["all"] | tuple[str, ...] = Field(
        "all",
        description="names, labels or generators of classes of the catalogue; their subgroups in the "
        "catalogue are tested, too",
    )

    def asked(self, catalogue: Catalogue) -> frozenset[str]:
        """Names of the classes that are tested. Raises `CardError` for one that is not in the catalogue."""
        if self.classes == "all":
            return frozenset(catalogue)
        order, names = lattice(catalogue), set[str]()
        for text in self.classes:
            try:
                name = catalogue[text].name
            except KeyError as error:
                raise CardError(
                    f"the {catalogue.key} catalogue has no subgroup '{text}'", hint=nearest(text, catalogue)
                ) from error
            names |= {name, *order.below[name]}
        return frozenset(names)


def switch(options: type[SubgroupOptions]) -> BeforeValidator:
    """For a field ``Annotated[OWN | None, switch(OWN)]``: true is OWN's defaults, false is None.

    >>> from typing import Annotated
    >>> class Card(Options):
    ...     subgroups: Annotated[SubgroupOptions | None, switch(SubgroupOptions)] = None
    >>> Card(subgroups=True).subgroups.classes, Card(subgroups=False).subgroups
    ('all', None)
    """

    def read(value: Any) -> Any:
        if value is True:
            return options()
        return None if value is False else value

    return BeforeValidator(read, json_schema_input_type=bool | options | None)
