"""Alternative weights of top-quark pairs: scales of the showers and of the hard process, and other PDF sets."""

from __future__ import annotations

from typing import ClassVar

import pythia8mc

__all__ = ["NAMES", "Weights"]

#: In the order of the file.
NAMES = (
    "isr_muR_down",
    "isr_muR_up",
    "fsr_muR_down",
    "fsr_muR_up",
    "muR_down",
    "muR_up",
    "muF_down",
    "muF_up",
    "CTEQ6L1",
    "MSTW2008LO",
    "NNPDF31LO",
)
#: Pythia's variations of the showers: name, which, factor on the renormalisation scale.
SHOWERS = (
    ("isr_muR_down", "isr", "0.5"),
    ("isr_muR_up", "isr", "2.0"),
    ("fsr_muR_down", "fsr", "0.7071"),
    ("fsr_muR_up", "fsr", "1.4142"),
)
#: Pythia's numbers of PDF sets: the one of the sample, and those of its other weights.
PDF_SET, OTHER_SETS = 13, {"CTEQ6L1": 8, "MSTW2008LO": 5, "NNPDF31LO": 17}
PROTON = 2212


class Weights:
    """Weights of an event, relative to its nominal one, which is 1.

    Of the showers: Pythia's own (Mrenna, Skands, arXiv:1605.08352). Of the hard process, of order alpha_s^2: with
    the scale muR times k, (alpha_s(k muR) / alpha_s(muR))^2; with muF times k or another PDF set, the ratio of
    f(x1) f(x2) to the nominal one, in the hard process alone: the initial-state shower, the beam remnants and
    multiparton interactions stay those of the nominal set.
    """

    SETTINGS: ClassVar[tuple[str, ...]] = (
        f"PDF:pSet = {PDF_SET}",
        "UncertaintyBands:doVariations = on",
        "UncertaintyBands:List = {"
        + ", ".join(f"{name} {which}:muRfac={factor}" for name, which, factor in SHOWERS)
        + "}",
    )

    def __init__(self, pythia: pythia8mc.Pythia) -> None:
        settings = pythia.settings
        self._alpha = pythia8mc.AlphaStrong()
        self._alpha.init(
            settings.parm("SigmaProcess:alphaSvalue"),
            settings.mode("SigmaProcess:alphaSorder"),
            settings.mode("StandardModel:alphaSnfmax"),
            False,
        )
        # A PDF lives as long as its generator.
        self._owners = {number: _quiet(number) for number in (PDF_SET, *OTHER_SETS.values())}
        self._pdfs = {n: p.getPDFPtr(PROTON, 1, "A", True) for n, p in self._owners.items()}

    def of(self, info: pythia8mc.Info) -> list[float]:
        """The weights of the last event, in the order of ``NAMES``."""
        # Pythia writes names in lower case.
        named = {
            info.weightNameByIndex(i).lower(): info.weightValueByIndex(i)
            for i in range(info.numberOfWeights())
        }
        found = {name: named[name.lower()] / info.weight() for name, _, _ in SHOWERS}
        density = self._density(info, PDF_SET, 1.0)
        alpha = self._alpha.alphaS(info.QRen() ** 2)
        for suffix, factor in (("down", 0.5), ("up", 2.0)):
            found[f"muR_{suffix}"] = (self._alpha.alphaS((factor * info.QRen()) ** 2) / alpha) ** 2
            found[f"muF_{suffix}"] = self._density(info, PDF_SET, factor) / density
        for name, number in OTHER_SETS.items():
            found[name] = self._density(info, number, 1.0) / density
        return [found[name] for name in NAMES]

    def _density(self, info: pythia8mc.Info, number: int, factor: float) -> float:
        """x1 f(x1) x2 f(x2) of the two partons at factor muF; the other beam is a proton, too."""
        pdf, scale2 = self._pdfs[number], (factor * info.QFac()) ** 2
        first = pdf.xf(info.id1pdf(), info.x1pdf(), scale2)
        return float(first * pdf.xf(info.id2pdf(), info.x2pdf(), scale2))


def _quiet(pdf_set: int) -> pythia8mc.Pythia:
    pythia = pythia8mc.Pythia("", False)
    for setting in ("Print:quiet = on", f"PDF:pSet = {pdf_set}"):
        pythia.readString(setting)
    return pythia
