"""A small writer of HepMC text of both versions, so that tests say exactly which bytes they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from symhep.events.batch import EventBatch
from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog, ReadRequest


class Text:
    """Pieces of HepMC text: two beams collide at a vertex, from which ``out`` muons come; the first has px = number."""

    names = {2: ("Version 2.06.09", "IO_GenEvent"), 3: ("Version 3.02.05", "Asciiv3")}

    @staticmethod
    def event(
        version: int,
        number: int = 0,
        out: int = 2,
        weights: Sequence[str] = ("2.5",),
        names: Sequence[str] = (),
        units: str | None = "GEV MM",
        extra: str = "",
    ) -> str:
        """One event. ``names`` are written by version 2 alone; ``extra`` lines stand before the particles."""
        momenta = [f"{number if i == 0 else i}.0 -.5 12.5 20.0" for i in range(out)]
        unit = "" if units is None else f"U {units}\n"
        if version == 3:
            text = f"E {number} 1 {out + 2}\n{unit}" + (f"W {' '.join(weights)}\n" if weights else "") + extra
            text += "P 1 0 2212 0 0 7000 7000 0.938 4\nP 2 0 2212 0 0 -7000 7000 0.938 4\nV -1 0 [1,2]\n"
            return text + "".join(f"P {i + 3} -1 13 {p} 0.105 1\n" for i, p in enumerate(momenta))
        text = f"E {number} 0 91.2 0.118 0.0075 7 -1 1 10001 10002 0 {len(weights)} {' '.join(weights)}\n"
        text += "".join(
            f"N {len(names)} {' '.join(f'{chr(34)}{n}{chr(34)}' for n in names)}\n" for _ in names[:1]
        )
        text += f"{unit}{extra}V -1 0 0 0 0 0 2 {out} 0\n"
        text += "P 10001 2212 0 0 7000 7000 0.938 4 0 0 -1 0\nP 10002 2212 0 0 -7000 7000 0.938 4 0 0 -1 1 1 501\n"
        return text + "".join(f"P {10003 + i} 13 {p} 0.105 1 0 0 0 0\n" for i, p in enumerate(momenta))

    @classmethod
    def document(cls, version: int, *events: str, header: str = "", footer: str | None = None) -> str:
        """A whole file."""
        library, name = cls.names[version]
        top, end = (
            f"HepMC::{library}\nHepMC::{name}-START_EVENT_LISTING\n",
            f"HepMC::{name}-END_EVENT_LISTING\n\n",
        )
        return top + header + "".join(events) + (end if footer is None else footer)

    @classmethod
    def numbered(cls, version: int, n: int, **options: Any) -> str:
        """A whole file of n events whose first muon has px = 0, 1, 2, ..."""
        return cls.document(version, *(cls.event(version, i, **options) for i in range(n)))


@pytest.fixture(scope="session")
def hepmc() -> type[Text]:
    return Text


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[list[EventBatch], LossLog]]:
    """Read text, bytes or a path; gives the batches and the losses (policy 'skip' unless told)."""

    def run(
        source: str | bytes | Path, policy: str = "skip", **request: Any
    ) -> tuple[list[EventBatch], LossLog]:
        path = source if isinstance(source, Path) else tmp_path / "events.hepmc"
        if not isinstance(source, Path):
            path.write_bytes(source.encode() if isinstance(source, str) else source)
        reader, losses = HepMCReader(), LossLog(policy)  # type: ignore[arg-type]
        return list(reader.read(str(path), reader.Options(), ReadRequest(**request), losses)), losses

    return run


@pytest.fixture(scope="session")
def which() -> Callable[[list[EventBatch]], list[int]]:
    """Which of the numbered events came out."""
    return lambda batches: [int(x) for batch in batches for x in batch.events.particles.px[:, 2]]
