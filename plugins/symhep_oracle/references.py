"""What a report that shows this method asks its readers to cite."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["FORESTANO_EXCEPTIONAL", "FORESTANO_SPARSE", "FORESTANO_SYMMETRIES", "ROMAN"]

FORESTANO_SYMMETRIES = Reference(
    authors="R. T. Forestano et al.",
    title="Deep learning symmetries and their Lie groups, algebras, and subalgebras from first principles",
    journal="Mach. Learn.: Sci. Technol. 4, 025027 (2023)",
    arxiv="2301.05638",
    doi="10.1088/2632-2153/acd989",
)
FORESTANO_SPARSE = Reference(
    authors="R. T. Forestano et al.",
    title="Discovering sparse representations of Lie groups with machine learning",
    journal="Phys. Lett. B 844, 138086 (2023)",
    arxiv="2302.05383",
    doi="10.1016/j.physletb.2023.138086",
)
ROMAN = Reference(
    authors="A. Roman et al.",
    title="Oracle-preserving latent flows",
    journal="Symmetry 15, 1352 (2023)",
    arxiv="2302.00806",
    doi="10.3390/sym15071352",
)
FORESTANO_EXCEPTIONAL = Reference(
    authors="R. T. Forestano et al.",
    title="Accelerated discovery of machine-learned symmetries: Deriving the exceptional Lie groups G2, F4 and E6",
    journal="Phys. Lett. B 847, 138266 (2023)",
    arxiv="2307.04891",
    doi="10.1016/j.physletb.2023.138266",
)
