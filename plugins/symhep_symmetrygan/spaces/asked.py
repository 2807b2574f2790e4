"""Which subgroups a card asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from symhep.errors import CardError
from symhep.plugin.user_function import NAME

__all__ = ["Asked", "asked_subgroups", "function_named"]

#: Names of the search over all classes -> the catalogue.
ALL: dict[str, Literal["lorentz", "poincare"]] = {
    "all subgroups of the catalogue": "poincare",
    "all subgroups of poincare": "poincare",
    "all subgroups of lorentz": "lorentz",
}


def function_named(search: str) -> str | None:
    """The function that makes the search space, of 'module:function' or 'module:function on x1 x2'.

    >>> function_named("my_spaces:spiral on x1 x2"), function_named("so(4)")
    ('my_spaces:spiral', None)
    """
    name = search.partition(" on ")[0].strip()
    return name if re.match(NAME, name) else None


@dataclass(frozen=True)
class Asked:
    """Classes of subgroups to search.

    Attributes
    ----------
    catalogue
        Where to look for them; None: the smaller one that has all the ``classes``.
    classes
        Names, or all.
    alone
        No search for single elements beside it.
    """

    catalogue: Literal["lorentz", "poincare"] | None
    classes: Literal["all"] | tuple[str, ...]
    alone: bool


def asked_subgroups(search: str | Sequence[str] | None, *, momenta: bool) -> Asked | None:
    """What ``search`` of the card says about subgroups; None: single elements only.

    Raises `CardError` where subgroups are asked for and there are no four-momenta.

    >>> asked_subgroups("lorentz", momenta=True)
    Asked(catalogue='lorentz', classes='all', alone=False)
    >>> asked_subgroups(["SO(3)", "J_z"], momenta=True).classes
    ('SO(3)', 'J_z')
    >>> asked_subgroups("so(4)", momenta=False) is None
    True
    """
    if search is None:
        return Asked("lorentz", "all", alone=False) if momenta else None
    if not isinstance(search, str):
        asked = Asked(None, tuple(search), alone=True)
    elif search in ALL:
        asked = Asked(ALL[search], "all", alone=True)
    elif search in ("lorentz", "poincare") and momenta:
        return Asked("lorentz" if search == "lorentz" else "poincare", "all", alone=False)
    else:
        return None
    if not momenta:
        raise CardError(
            "subgroups of the Poincare group act on four-momenta, and there are none",
            where="search",
            hint="give an object with E, px, py, pz and leave out 'acts_on: features'",
        )
    return asked
