"""Names of the blocks of test functions, in words."""

from __future__ import annotations

__all__ = ["block_name"]

_NAMES = {
    "low": "low powers",
    "fourier": "Fourier features",
    "members": "members",
    "pairs": "pairs",
    "user": "user-defined functions",
    "harmonics": "harmonics",
    "all": "all except harmonics",
}


def block_name(name: str) -> str:
    """A block as figures and tables call it.

    >>> block_name("low"), block_name("all")
    ('low powers', 'all except harmonics')
    """
    return _NAMES.get(name, name)
