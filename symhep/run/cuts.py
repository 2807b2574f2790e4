"""Where the files of a run are cut, which is found once: a file of text is read through for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symhep.events.stream import BLOCK_EVENTS
from symhep.readers.interface import Start
from symhep.run.blocks import Segment, segments
from symhep.run.code_digest import code_digest
from symhep.run.folder import STATE, RunFolder, content_key
from symhep.run.sources import Source

__all__ = ["CUTS", "Cuts"]

CUTS = f"{STATE}/segments.json"


class Cuts:
    """The segments of files, as a run folder remembers them."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder, self._known, self._new = folder, folder.remembered(CUTS), False

    def of(self, source: Source, fingerprint: Mapping[str, Any] | None) -> tuple[Segment, ...]:
        """See `symhep.run.blocks.segments`."""
        digest = (fingerprint or {}).get("sha256")
        if digest is None:
            return segments(source, fingerprint)
        options = source.options.model_dump(mode="json")
        key = content_key(code_digest(type(source.reader)), BLOCK_EVENTS, options, digest)
        if key not in self._known:
            found = segments(source, fingerprint)
            self._known[key] = [[s.start.event, s.start.byte, s.stop] for s in found]
            self._new = True
        return tuple(Segment(Start(event, byte), stop) for event, byte, stop in self._known[key])

    def keep(self) -> None:
        """Write down those that are new."""
        if self._new:
            self.folder.write_json(CUTS, self._known)
            self._new = False
