"""What MadGraph's cards in the header say: the process, and the cuts that every event has passed.

MG5_aMC@NLO (arXiv:1405.0301) writes its process card between <MG5ProcCard> tags, older versions between
<MGProcCard>, and the run card between <MGRunCard>. A line of the run card reads ``value = name ! remark``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from symhep.events.generator_cut import GeneratorCut
from symhep.readers.lhe.attributes import words
from symhep.readers.lhe.numbers import fortran_to_c

__all__ = ["BannerFacts", "banner_facts", "cuts", "process", "run_card"]

_CARD = r"<{0}\s*>(.*?)</{0}\s*>"
_PROCESS_CARD = re.compile(_CARD.format("MG5ProcCard").encode(), re.DOTALL)
_OLD_PROCESS_CARD = re.compile(_CARD.format("MGProcCard").encode(), re.DOTALL)
_RUN_CARD = re.compile(_CARD.format("MGRunCard").encode(), re.DOTALL)
_GENERATE = re.compile(rb"^[ \t]*(generate|add[ \t]+process)[ \t]+([^#\n]+)", re.MULTILINE)
_OLD_PROCESS = re.compile(rb"^[ \t]*(\S[^#\n]*?>[^#\n]*?)[ \t]*#[ \t]*Process", re.MULTILINE)
_LINE = re.compile(rb"^[ \t]*([^#=!\n][^=!\n]*?)[ \t]*=[ \t]*([A-Za-z]\w*)", re.MULTILINE)
_CROSS_SECTION = re.compile(rb"Integrated weight \(pb\)\s*:\s*(\S+)")
_PER_PDG = re.compile(rb"(\d+)\s*:\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)")
_ORDERED = re.compile(r"pt([jl])([1-9])")

#: The letters by which the names of cuts end, and the particles (|PDG number|) that each stands for.
_CLASSES = {
    "j": ("jets", (1, 2, 3, 4, 21)),
    "b": ("b quarks", (5,)),
    "a": ("photons", (22,)),
    "l": ("charged leptons", (11, 13, 15)),
}
#: Cuts on each particle of a class: beginning of the name, the variable, and its unit.
_ONE = {"pt": ("pt", "GeV"), "eta": ("abs_eta", ""), "e": ("energy", "GeV")}
#: Cuts on pairs.
_PAIR = {"dr": ("Delta R", ""), "mm": ("mass", "GeV")}
#: Cuts by PDG number: variable, unit, and whether they are on single particles.
_PER_PDG_NAMES = {
    "pt": ("pt", "GeV", True),
    "eta": ("abs_eta", "", True),
    "e": ("energy", "GeV", True),
    "mxx": ("mass", "GeV", False),
}
#: Cuts of no pattern: name -> (variable, of what, unit).
_OTHERS = {
    "mmnl": ("mass", "all leptons and neutrinos", "GeV"),
    "ptll": ("pt", "the sum of leptons and neutrinos", "GeV"),
    "misset": ("missing pt", "the event", "GeV"),
    "ptheavy": ("pt", "at least one heavy particle", "GeV"),
    "ihtmin": ("HT", "all partons", "GeV"),
    "htj": ("HT", "the jets", "GeV"),
    "xptj": ("pt", "at least one jet", "GeV"),
    "xptb": ("pt", "at least one b quark", "GeV"),
    "xpta": ("pt", "at least one photon", "GeV"),
    "xptl": ("pt", "at least one charged lepton", "GeV"),
    "dsqrt_shat": ("mass", "all final particles", "GeV"),
    "xqcut": ("kT", "pairs of partons", "GeV"),
}
#: A limit above this cuts nothing: old cards say 1d5 for 'no cut'.
_NO_LIMIT = {"GeV": 1e4, "": 50.0}


@dataclass(frozen=True)
class BannerFacts:
    """What the banner of a run says, the file that MadGraph writes beside the events."""

    process: str | None
    sqrt_s_gev: float | None
    cross_section_pb: float | None
    cuts: tuple[GeneratorCut, ...]


def banner_facts(banner: bytes) -> BannerFacts:
    """Read a banner, whose tags are those of the header of an LHE file.

    >>> card = b"<MGRunCard>\\n 6500.0 = ebeam1\\n 6500.0 = ebeam2\\n 20 = ptj\\n</MGRunCard>"
    >>> facts = banner_facts(card + b"#  Integrated weight (pb)  :  5.5")
    >>> facts.sqrt_s_gev, facts.cross_section_pb, str(facts.cuts[0])
    (13000.0, 5.5, 'pt > 20 GeV of jets (ptj)')
    """
    card = run_card(banner)
    first, second = (_number(card.get(f"ebeam{i}", b"")) for i in (1, 2))
    stated = _CROSS_SECTION.search(banner)
    return BannerFacts(
        process(banner),
        # Of beams whose masses do not count.
        2 * math.sqrt(first * second) if first > 0 and second > 0 else None,
        value if stated and (value := _number(stated[1])) > 0 else None,
        cuts(card),
    )


def process(header: bytes) -> str | None:
    """The processes that were generated, as they were typed: 'p p > j j; p p > j j j'; None where no card says so.

    >>> process(b"<MG5ProcCard><![CDATA[\\ngenerate p p > t t~ # tops\\nadd process p p > t t~ j\\n]]></MG5ProcCard>")
    'p p > t t~; p p > t t~ j'
    """
    for card in _PROCESS_CARD.findall(header):
        # 'generate' throws away what came before it.
        typed: list[str] = []
        for command, what in _GENERATE.findall(card):
            typed = [*([] if command == b"generate" else typed), " ".join(words(what).split())]
        if typed:
            return "; ".join(typed)
    for card in _OLD_PROCESS_CARD.findall(header):
        if old := _OLD_PROCESS.findall(card):
            return "; ".join(" ".join(words(what).split()) for what in old)
    return None


def run_card(header: bytes) -> dict[str, bytes]:
    """Name -> value, as text, of the run card's lines; empty where there is no run card.

    >>> run_card(b"<MGRunCard>\\n# Cuts = none\\n 20.0  = ptj ! minimum pt\\n{} = pt_min_pdg ! none\\n</MGRunCard>")
    {'ptj': b'20.0', 'pt_min_pdg': b'{}'}
    """
    found = _RUN_CARD.search(header)
    return {words(name): value for value, name in _LINE.findall(found[1])} if found else {}


def cuts(card: Mapping[str, bytes]) -> tuple[GeneratorCut, ...]:
    """The cuts of a run card that are on.

    MadEvent's cuts on single particles hold for every final particle of their class; at NLO those on jets hold for
    clustered jets, and not for the partons of the event file.

    >>> [cut.text for cut in cuts({"ptj": b"20.0", "etaj": b"-1", "drjj": b"0.4", "eta_max_pdg": b"{6: 2.5}"})]
    ['pt > 20 GeV of jets (ptj)', 'Delta R > 0.4 of pairs of jets (drjj)', '|eta| < 2.5 of PDG 6 (eta_max_pdg)']
    """
    return tuple(_cuts(card))


def _cuts(card: Mapping[str, bytes]) -> Iterator[GeneratorCut]:
    clustered = "jetalgo" in card
    b_is_jet = _number(card.get("maxjetflavor", b"4")) >= 5
    for name in card:
        if name.endswith("_pdg"):
            yield from _per_pdg(name, card[name])
            continue
        value = _number(card[name])
        stem, upper = _stem(name)
        found = _meaning(stem, clustered, b_is_jet)
        if found is None:
            continue
        variable, whose, unit, particles = found
        # The bare name is the lower limit, except of pseudorapidity.
        below = upper if upper is not None else variable == "abs_eta"
        if (value > 0 and value < _NO_LIMIT[unit]) if below else value > 0:
            yield _cut(variable, value, below, unit, whose, name, particles)


def _stem(name: str) -> tuple[str, bool | None]:
    """A cut's name without its 'min' or 'max', and whether it is an upper limit; None where the name does not say."""
    for ending, upper in (("max", True), ("min", False)):
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending), upper
    return name, None


def _meaning(stem: str, clustered: bool, b_is_jet: bool) -> tuple[str, str, str, tuple[int, ...]] | None:
    """(variable, of what, unit, PDG numbers of single particles) of a cut; None for what is no cut."""
    if stem in _OTHERS:
        variable, whose, unit = _OTHERS[stem]
        return variable, whose, unit, ()
    if ordered := _ORDERED.fullmatch(stem):
        return "pt", f"{_CLASSES[ordered[1]][0]}, number {ordered[2]} in pt", "GeV", ()
    for begin, (variable, unit) in _ONE.items():
        letter = stem.removeprefix(begin)
        if stem.startswith(begin) and letter in _CLASSES:
            whose, particles = _CLASSES[letter]
            if letter == "j":
                particles = (*particles, 5) if b_is_jet else particles
                if clustered:
                    return variable, "clustered jets", unit, ()
            return variable, whose, unit, particles
    for begin, (variable, unit) in _PAIR.items():
        letters = stem.removeprefix(begin)
        if stem.startswith(begin) and len(letters) == 2 and set(letters) <= set(_CLASSES):
            first, second = (_CLASSES[letter][0] for letter in letters)
            pairs = f"pairs of {first}" if first == second else f"{first} with {second}"
            return variable, pairs, unit, ()
    return None


def _per_pdg(name: str, value: bytes) -> Iterator[GeneratorCut]:
    """Cuts such as ``{6: 100, 25: 50} = pt_min_pdg``."""
    begin, limit, _ = name.rsplit("_", 2) if name.count("_") == 2 else ("", "", "")
    if begin.lower() not in _PER_PDG_NAMES or limit not in ("min", "max"):
        return
    variable, unit, single = _PER_PDG_NAMES[begin.lower()]
    for pdg, text in _PER_PDG.findall(value):
        whose = f"PDG {int(pdg)}" if single else f"pairs of PDG {int(pdg)}"
        if (number := _number(text)) > 0:
            yield _cut(variable, number, limit == "max", unit, whose, name, (int(pdg),) if single else ())


def _cut(
    variable: str, value: float, below: bool, unit: str, whose: str, name: str, particles: tuple[int, ...]
) -> GeneratorCut:
    said = "|eta|" if variable == "abs_eta" else variable
    text = f"{said} {'<' if below else '>'} {value:g}{' ' * bool(unit)}{unit} of {whose} ({name})"
    if not particles:
        return GeneratorCut(text)
    return GeneratorCut(text, variable, particles, None if below else value, value if below else None)


def _number(text: bytes) -> float:
    """A value of the run card; -1, which is 'no cut', where it is no finite number."""
    try:
        value = float(fortran_to_c(text))
    except ValueError:
        return -1.0
    return value if math.isfinite(value) else -1.0
