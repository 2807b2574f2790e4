"""Versions that must be the same wherever a run is done, so that its numbers are.

Two checkouts of one release may differ in their commits, if the code that makes numbers is the same.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata

from symhep.run.code_digest import core_digest
from symhep.version import release, version

__all__ = ["version_differences", "versions"]

_PACKAGES = ("numpy", "torch", "awkward")


@cache
def versions(more: tuple[str, ...] = ()) -> dict[str, str]:
    """Versions of symhep, Python and the packages that make the numbers, and of some ``more``, here."""
    found = {
        "symhep": release(version()),
        "symhep's code": core_digest(),
        "python": ".".join(platform.python_version_tuple()[:2]),
    }
    for name in (*_PACKAGES, *more):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    return found


def version_differences(here: Mapping[str, str], there: Mapping[str, str], here_is: str = "here") -> str:
    """The end of a sentence on how two environments differ; '' if they do not.

    >>> version_differences({"numpy": "2.1.0", "torch": "2.6.0"}, {"numpy": "2.0.0", "torch": "2.6.0"})
    'numpy 2.0.0 (here 2.1.0)'
    """
    return ", ".join(
        f"{name} {there[name]} ({here_is} {here[name]})"
        for name in here
        if name in there and there[name] != here[name]
    )
