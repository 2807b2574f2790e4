"""What a report asks its readers to cite besides the references of its methods."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["DELPHES", "FORMATS", "LHC_OLYMPICS", "LHEF", "SCIKIT_HEP"]

SCIKIT_HEP = Reference(
    authors="E. Rodrigues et al.",
    title="The Scikit HEP Project: overview and prospects",
    journal="EPJ Web Conf. 245, 06028 (2020)",
    arxiv="2007.03577",
    doi="10.1051/epjconf/202024506028",
)
LHEF = Reference(
    authors="J. Alwall et al.",
    title="A standard format for Les Houches Event Files",
    journal="Comput. Phys. Commun. 176, 300 (2007)",
    arxiv="hep-ph/0609017",
    doi="10.1016/j.cpc.2006.11.010",
)
DELPHES = Reference(
    authors="J. de Favereau et al. (DELPHES 3)",
    title="DELPHES 3: a modular framework for fast simulation of a generic collider experiment",
    journal="JHEP 02 (2014) 057",
    arxiv="1307.6346",
    doi="10.1007/JHEP02(2014)057",
)
LHC_OLYMPICS = Reference(
    authors="G. Kasieczka et al.",
    title="The LHC Olympics 2020: a community challenge for anomaly detection in high energy physics",
    journal="Rept. Prog. Phys. 84, 124201 (2021)",
    arxiv="2101.08320",
    doi="10.1088/1361-6633/ac36b9",
)

#: What to cite for a file format.
FORMATS: dict[str, Reference] = {"lhe": LHEF, "delphes": DELPHES, "lhco": LHC_OLYMPICS}
