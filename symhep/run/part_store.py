"""Where parts lie: in the run folder where this machine sees it, else in a place of its own."""

from __future__ import annotations

import os
import tempfile
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from symhep.run.folder import STATE, RunFolder

__all__ = ["PartStore"]

_MARK = f"{STATE}/mark"
#: Where a worker that does not see the run folder keeps what it has read; by default its temporary folder.
SCRATCH = "SYMHEP_SCRATCH"


@dataclass(frozen=True)
class PartStore:
    """A run folder as other processes know it: by its path, and by a mark that tells it from another of that path."""

    root: str
    mark: str

    @classmethod
    def of(cls, folder: RunFolder) -> PartStore:
        """That of a run folder, which is marked if it is not yet."""
        path = folder.root / _MARK
        if not path.is_file():
            folder.write_bytes(_MARK, uuid.uuid4().hex.encode())
        return cls(str(folder.root.absolute()), path.read_text())

    @cached_property
    def seen(self) -> bool:
        """Can this machine write into the run folder?"""
        path = Path(self.root) / _MARK
        try:
            return path.read_text() == self.mark and os.access(path.parent, os.W_OK)
        except OSError:
            return False

    @cached_property
    def folder(self) -> RunFolder:
        """The run folder, or, where this machine does not see it, one in its scratch space."""
        if self.seen:
            return RunFolder(self.root)
        scratch = Path(os.environ.get(SCRATCH) or tempfile.gettempdir())
        return RunFolder(scratch / f"symhep-{os.getuid() if hasattr(os, 'getuid') else 0}-{self.mark}")
