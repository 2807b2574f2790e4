"""What an export has written, and what it had to leave out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Exported"]


@dataclass(frozen=True)
class Exported:
    """``path`` is the file or folder, ``what`` says in words what it holds, ``missing`` what it does not, and why."""

    path: Path
    what: str
    missing: tuple[str, ...] = ()
