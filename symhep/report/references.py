"""What a report asks its readers to cite: bibliography key -> reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["FORMATS", "REFERENCES", "Reference", "lookup"]


@dataclass(frozen=True)
class Reference:
    """A publication; ``arxiv`` and ``doi`` are bare identifiers."""

    authors: str
    title: str
    journal: str = ""
    arxiv: str = ""
    doi: str = ""

    @property
    def links(self) -> tuple[tuple[str, str], ...]:
        """(text, address) pairs."""
        arxiv = ((f"arXiv:{self.arxiv}", f"https://arxiv.org/abs/{self.arxiv}"),) if self.arxiv else ()
        doi = ((f"doi:{self.doi}", f"https://doi.org/{self.doi}"),) if self.doi else ()
        return arxiv + doi


REFERENCES: dict[str, Reference] = {
    "sanz2025symmetries": Reference("V. Sanz", "Learning symmetries in datasets", "2025", "2504.05174"),
    "cragg1996rank": Reference(
        "J. G. Cragg and S. G. Donald",
        "On the asymptotic properties of LDU-based tests of the rank of a matrix",
        "J. Am. Stat. Assoc. 91, 1301 (1996)",
    ),
    "robin2000rank": Reference(
        "J.-M. Robin and R. J. Smith",
        "Tests of rank",
        "Econom. Theory 16, 151 (2000)",
        doi="10.1017/S0266466600162012",
    ),
    "kleibergen2006rank": Reference(
        "F. Kleibergen and R. Paap",
        "Generalized reduced rank tests using the singular value decomposition",
        "J. Econom. 133, 97 (2006)",
        doi="10.1016/j.jeconom.2005.02.011",
    ),
    "lester2022parity": Reference(
        "C. G. Lester and R. Tombs",
        "Using unsupervised learning to detect broken symmetries, with relevance to searches for parity violation "
        "in nature",
        "2021",
        "2111.00616",
    ),
    "tombs2021challenge": Reference(
        "R. Tombs and C. G. Lester",
        "A method to challenge symmetries in data with self-supervised learning",
        "2021",
        "2111.05442",
    ),
    "patera1975poincare": Reference(
        "J. Patera, P. Winternitz and H. Zassenhaus",
        "Continuous subgroups of the fundamental groups of physics. I. General method and the Poincare group",
        "J. Math. Phys. 16, 1597 (1975)",
        doi="10.1063/1.522729",
    ),
    "sanz2026review": Reference(
        "V. Sanz",
        "Artificial Intelligence and Symmetries: Learning, Encoding, and Discovering Structure in Physical Data",
        "2026",
        "2602.02351",
    ),
    "barenboim2021symmetry": Reference(
        "G. Barenboim, J. Hirn and V. Sanz",
        "Symmetry meets AI",
        "SciPost Phys. 11, 014 (2021)",
        "2103.06115",
        "10.21468/SciPostPhys.11.1.014",
    ),
    "desai2022symmetrygan": Reference(
        "K. Desai, B. Nachman and J. Thaler",
        "Symmetry discovery with deep learning",
        "Phys. Rev. D 105, 096031 (2022)",
        "2112.05722",
        "10.1103/PhysRevD.105.096031",
    ),
    "forestano2023symmetries": Reference(
        "R. T. Forestano et al.",
        "Deep learning symmetries and their Lie groups, algebras, and subalgebras from first principles",
        "Mach. Learn.: Sci. Technol. 4, 025027 (2023)",
        "2301.05638",
        "10.1088/2632-2153/acd989",
    ),
    "forestano2023sparse": Reference(
        "R. T. Forestano et al.",
        "Discovering sparse representations of Lie groups with machine learning",
        "Phys. Lett. B 844, 138086 (2023)",
        "2302.05383",
        "10.1016/j.physletb.2023.138086",
    ),
    "roman2023latent": Reference(
        "A. Roman et al.",
        "Oracle-preserving latent flows",
        "Symmetry 15, 1352 (2023)",
        "2302.00806",
        "10.3390/sym15071352",
    ),
    "forestano2023exceptional": Reference(
        "R. T. Forestano et al.",
        "Accelerated discovery of machine-learned symmetries: Deriving the exceptional Lie groups G2, F4 and E6",
        "Phys. Lett. B 847, 138266 (2023)",
        "2307.04891",
        "10.1016/j.physletb.2023.138266",
    ),
    "kingma2013vae": Reference(
        "D. P. Kingma and M. Welling", "Auto-Encoding Variational Bayes", "ICLR 2014", "1312.6114"
    ),
    "higgins2017betavae": Reference(
        "I. Higgins et al.",
        "beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework",
        "ICLR 2017",
    ),
    "kim2018factorvae": Reference(
        "H. Kim and A. Mnih", "Disentangling by Factorising", "ICML 2018", "1802.05983"
    ),
    "chen2018tcvae": Reference(
        "R. T. Q. Chen, X. Li, R. Grosse and D. Duvenaud",
        "Isolating Sources of Disentanglement in Variational Autoencoders",
        "NeurIPS 2018",
        "1802.04942",
    ),
    "facco2017twonn": Reference(
        "E. Facco, M. d'Errico, A. Rodriguez and A. Laio",
        "Estimating the intrinsic dimension of datasets by a minimal neighborhood information",
        "Sci. Rep. 7, 12140 (2017)",
        "1803.06992",
        "10.1038/s41598-017-11873-y",
    ),
    "levina2004mle": Reference(
        "E. Levina and P. J. Bickel", "Maximum Likelihood Estimation of Intrinsic Dimension", "NIPS 2004"
    ),
    "bac2021skdim": Reference(
        "J. Bac, E. M. Mirkes, A. N. Gorban, I. Tyukin and A. Zinovyev",
        "Scikit-Dimension: A Python Package for Intrinsic Dimension Estimation",
        "Entropy 23, 1368 (2021)",
        "2109.02596",
        "10.3390/e23101368",
    ),
    "rodrigues2020scikithep": Reference(
        "E. Rodrigues et al.",
        "The Scikit HEP Project: overview and prospects",
        "EPJ Web Conf. 245, 06028 (2020)",
        "2007.03577",
        "10.1051/epjconf/202024506028",
    ),
    "alwall2007lhef": Reference(
        "J. Alwall et al.",
        "A standard format for Les Houches Event Files",
        "Comput. Phys. Commun. 176, 300 (2007)",
        "hep-ph/0609017",
        "10.1016/j.cpc.2006.11.010",
    ),
    "favereau2014delphes": Reference(
        "J. de Favereau et al. (DELPHES 3)",
        "DELPHES 3: a modular framework for fast simulation of a generic collider experiment",
        "JHEP 02 (2014) 057",
        "1307.6346",
        "10.1007/JHEP02(2014)057",
    ),
    "kasieczka2021lhco": Reference(
        "G. Kasieczka et al.",
        "The LHC Olympics 2020: a community challenge for anomaly detection in high energy physics",
        "Rept. Prog. Phys. 84, 124201 (2021)",
        "2101.08320",
        "10.1088/1361-6633/ac36b9",
    ),
}

#: What to cite for a file format.
FORMATS: dict[str, str] = {
    "lhe": "alwall2007lhef",
    "delphes": "favereau2014delphes",
    "lhco": "kasieczka2021lhco",
}


def lookup(keys: Iterable[str]) -> tuple[list[Reference], list[str]]:
    """The references known by ``keys``, each once and in order, and the keys that are not known.

    >>> known, unknown = lookup(["kingma2013vae", "kingma2013vae", "somebody1905"])
    >>> known[0].title, len(known), unknown
    ('Auto-Encoding Variational Bayes', 1, ['somebody1905'])
    """
    unique = list(dict.fromkeys(keys))
    return [REFERENCES[k] for k in unique if k in REFERENCES], [k for k in unique if k not in REFERENCES]
