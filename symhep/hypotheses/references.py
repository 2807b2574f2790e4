"""What methods that test symmetries ask their readers to cite."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["LESTER", "PATERA"]

LESTER = Reference(
    authors="C. G. Lester and R. Tombs",
    title="Using unsupervised learning to detect broken symmetries, with relevance to searches for parity "
    "violation in nature",
    journal="2021",
    arxiv="2111.00616",
)
PATERA = Reference(
    authors="J. Patera, P. Winternitz and H. Zassenhaus",
    title="Continuous subgroups of the fundamental groups of physics. I. General method and the Poincare group",
    journal="J. Math. Phys. 16, 1597 (1975)",
    doi="10.1063/1.522729",
)
