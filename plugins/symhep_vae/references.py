"""What a report that shows this method asks its readers to cite."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["FACCO", "KINGMA_WELLING", "LEVINA_BICKEL", "SANZ", "SANZ_REVIEW", "SCIKIT_DIMENSION"]

SANZ = Reference(
    authors="V. Sanz",
    title="Learning symmetries in datasets",
    journal="2025",
    arxiv="2504.05174",
)
SANZ_REVIEW = Reference(
    authors="V. Sanz",
    title="Artificial Intelligence and Symmetries: Learning, Encoding, and Discovering Structure in Physical Data",
    journal="2026",
    arxiv="2602.02351",
)
KINGMA_WELLING = Reference(
    authors="D. P. Kingma and M. Welling",
    title="Auto-Encoding Variational Bayes",
    journal="ICLR 2014",
    arxiv="1312.6114",
)
FACCO = Reference(
    authors="E. Facco, M. d'Errico, A. Rodriguez and A. Laio",
    title="Estimating the intrinsic dimension of datasets by a minimal neighborhood information",
    journal="Sci. Rep. 7, 12140 (2017)",
    arxiv="1803.06992",
    doi="10.1038/s41598-017-11873-y",
)
LEVINA_BICKEL = Reference(
    authors="E. Levina and P. J. Bickel",
    title="Maximum Likelihood Estimation of Intrinsic Dimension",
    journal="NIPS 2004",
)
SCIKIT_DIMENSION = Reference(
    authors="J. Bac, E. M. Mirkes, A. N. Gorban, I. Tyukin and A. Zinovyev",
    title="Scikit-Dimension: A Python Package for Intrinsic Dimension Estimation",
    journal="Entropy 23, 1368 (2021)",
    arxiv="2109.02596",
    doi="10.3390/e23101368",
)
