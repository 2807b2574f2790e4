"""What the header and the <init> block of an LHE document say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from symhep.events.generator_cut import GeneratorCut
from symhep.readers.lhe.attributes import ATTRIBUTES, attributes, words
from symhep.readers.lhe.banner import cuts, process, run_card
from symhep.readers.lhe.document import HeaderText
from symhep.readers.lhe.numbers import fortran_to_c, misread
from symhep.readers.lhe.weight_groups import declared_weights, weight_groups

__all__ = ["Header", "Process", "parse_header"]

_VERSION = re.compile(rb"""<LesHouchesEvents[^>]*?\bversion\s*=\s*["']\s*([^"'\s]*)""")
_INIT = re.compile(rb"<init(?:\s[^>]*)?>([^<]*)")
_GENERATOR = re.compile(rb"<generator(?=[\s>])(" + ATTRIBUTES + rb")>([^<]*)")
_MADE_BY = re.compile(rb"(?:generated with|created by)\s+([\w@.+-]+)(?:[ \t]+v?(\d[\w.]*))?", re.IGNORECASE)
_ANNOUNCED = re.compile(rb"""Number of Events\s*:\s*(\d+)|<xsecinfo\b[^>]*?\bneve\s*=\s*["']\s*(\d+)""")


@dataclass(frozen=True)
class Process:
    """A line of <init>: cross-section and its error in pb, largest weight, process number."""

    cross_section_pb: float
    error_pb: float
    maximum: float
    number: int


@dataclass(frozen=True)
class Header:
    """One document's header.

    ``idwtup`` says how the weights are to be read (hep-ph/0109068, section 2);
    ``weights`` maps the names of <initrwgt> to their descriptions, in file order,
    ``weight_groups`` their groups to the names in them; ``process`` and ``cuts`` are
    those of MadGraph's cards;
    ``problem`` says what of it makes no sense, if anything.
    """

    version: str = ""
    beams: tuple[tuple[int, float], ...] = ()  # (pdgId, energy in GeV)
    pdf: tuple[int, ...] = ()  # (group 1, group 2, set 1, set 2)
    idwtup: int = 0
    processes: tuple[Process, ...] = ()
    generators: tuple[tuple[str, str], ...] = ()  # (name, version)
    weights: tuple[tuple[str, str], ...] = ()
    weight_groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    process: str | None = None
    cuts: tuple[GeneratorCut, ...] = ()
    announced: int | None = None
    problem: str | None = None

    @property
    def cross_section_pb(self) -> tuple[float, float]:
        """Sum over the processes, errors added in quadrature."""
        errors = sum(p.error_pb**2 for p in self.processes)
        return sum(p.cross_section_pb for p in self.processes), float(errors**0.5)


def parse_header(header: HeaderText) -> Header:
    """Read what is known of a header; an <init> that makes no sense leaves a ``problem``, not an exception.

    >>> init = b"<init>11 -11 40. 40. 0 0 0 0 3 1\\n2.5 .1 1. 7</init>"
    >>> h = parse_header(HeaderText(b"<LesHouchesEvents version='3.0'>" + init, 0))
    >>> h.version, h.beams, h.idwtup, h.cross_section_pb
    ('3.0', ((11, 40.0), (-11, 40.0)), 3, (2.5, 0.1))
    """
    text = header.text
    version = _VERSION.search(text)
    announced = _ANNOUNCED.search(text)
    weights = declared_weights(text)
    facts: dict[str, Any] = {
        "version": words(version[1]) if version else "",
        "generators": _generators(text),
        "weights": tuple((name, weight.description) for name, weight in weights.items()),
        "weight_groups": tuple(weight_groups(weights).items()),
        "process": process(text),
        "cuts": cuts(run_card(text)),
        "announced": int(announced[1] or announced[2]) if announced else None,
    }
    blocks = list(_INIT.finditer(text))
    body = fortran_to_c(re.sub(rb"#[^\n]*", b"", blocks[-1][1])) if blocks else b""
    # Garbage behind the process lines has been seen in the wild, and does no harm there.
    tokens = body.split()
    good = next((i for i, t in enumerate(tokens) if misread(t)), len(tokens))
    numbers = [float(t) for t in tokens[:good]]
    if len(numbers) < 10:
        return Header(**facts, problem="<init> does not begin with the ten numbers of the beams")
    n = int(numbers[9])
    lines = [numbers[i : i + 4] for i in range(10, min(10 + 4 * n, len(numbers)), 4)]
    problem = None
    if len(numbers) < 10 + 4 * n:
        lines = [line for line in lines if len(line) == 4]
        problem = f"<init> should have {n} processes but has {len(lines)}"
    return Header(
        **facts,
        beams=((int(numbers[0]), numbers[2]), (int(numbers[1]), numbers[3])),
        pdf=tuple(int(x) for x in numbers[4:8]),
        idwtup=int(numbers[8]),
        processes=tuple(Process(x, dx, top, int(number)) for x, dx, top, number in lines),
        problem=problem,
    )


def _generators(text: bytes) -> tuple[tuple[str, str], ...]:
    """From <generator> tags, or else from the words other generators leave in their comments."""
    found = []
    for inside, content in _GENERATOR.findall(text):
        named = attributes(inside)
        found.append((named.get("name") or words(content), named.get("version", "")))
    if not found and (made := _MADE_BY.search(text)):
        found.append((words(made[1]), words(made[2] or b"")))
    return tuple(found)
