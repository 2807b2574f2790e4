"""Names of the blocks of test functions, in words."""

from __future__ import annotations

__all__ = ["block_name"]

_NAMES = {
    "low": "low powers",
    "fourier": "Fourier features",
    "members": "members",
    "pairs": "pairs",
    "user": "user's functions",
    "harmonics": "harmonics",
    "all": "all but harmonics",
}


def block_name(name: str) -> str:
    """A block as figures and tables call it.

    >>> block_name("low"), block_name("all")
    ('low powers', 'all but harmonics')
    """
    return _NAMES.get(name, name)
