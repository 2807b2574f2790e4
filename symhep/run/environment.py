"""Versions that must be the same wherever a run is done, so that its numbers are."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from symhep import __version__

__all__ = ["version_differences", "versions"]

_PACKAGES = ("numpy", "torch", "awkward")


@cache
def versions(more: tuple[str, ...] = ()) -> dict[str, str]:
    """Versions of symhep, Python and the packages that make the numbers, and of some ``more``, here."""
    found = {"symhep": __version__, "python": ".".join(platform.python_version_tuple()[:2])}
    for name in (*_PACKAGES, *more):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
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
