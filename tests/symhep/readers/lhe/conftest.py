"""A small writer of LHE text, so that tests say exactly which bytes they mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symhep.events.batch import EventBatch
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader

PARTICLE = " {pdg} 1 1 2 501 0 {px} -.5 +1.25E+01 2.0e+01 0. 0 9.\n"


class Text:
    """Pieces of LHE text."""

    init = "<init>\n 11 -11 40. 40. 0 0 0 0 -4 1\n 2.5 0.1 3. 7\n</init>\n"
    footer = "</LesHouchesEvents>\n"

    @staticmethod
    def event(
        number: int = 0, particles: int = 2, weight: str = "2.5", inner: str = "", attributes: str = ""
    ) -> str:
        """An event whose first particle has px = number."""
        lines = "".join(PARTICLE.format(pdg=11 + i, px=f"{number}.0") for i in range(particles))
        return f"<event{attributes}>\n {particles} 7 {weight} 91.2 0.0075 0.118\n{lines}{inner}</event>\n"

    @classmethod
    def document(cls, *events: str, header: str = "", footer: str | None = None, version: str = "3.0") -> str:
        """A whole file."""
        top = f'<LesHouchesEvents version="{version}">\n{header}'
        return top + cls.init + "".join(events) + (cls.footer if footer is None else footer)

    @classmethod
    def numbered(cls, n: int, **options: Any) -> str:
        """A whole file of n events with px = 0, 1, 2, ..."""
        return cls.document(*(cls.event(i) for i in range(n)), **options)


@pytest.fixture(scope="session")
def lhe() -> type[Text]:
    return Text


Read = Callable[..., tuple[list[EventBatch], LossLog]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read text, bytes or a path; gives the batches and the losses (policy 'skip' unless told)."""

    def run(
        source: str | bytes | Path, policy: str = "skip", **request: Any
    ) -> tuple[list[EventBatch], LossLog]:
        path = source if isinstance(source, Path) else tmp_path / "events.lhe"
        if not isinstance(source, Path):
            path.write_bytes(source.encode() if isinstance(source, str) else source)
        reader, losses = LheReader(), LossLog(policy)  # type: ignore[arg-type]
        return list(reader.read(str(path), reader.Options(), ReadRequest(**request), losses)), losses

    return run


def numbers(batches: list[EventBatch]) -> list[int]:
    """Which of the numbered events came out."""
    return [int(x) for batch in batches for x in batch.events.particles.px[:, 0]]


@pytest.fixture(scope="session")
def which() -> Callable[[list[EventBatch]], list[int]]:
    return numbers
