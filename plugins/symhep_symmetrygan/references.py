"""What a report that shows this method asks its readers to cite."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["DESAI"]

DESAI = Reference(
    authors="K. Desai, B. Nachman and J. Thaler",
    title="Symmetry discovery with deep learning",
    journal="Phys. Rev. D 105, 096031 (2022)",
    arxiv="2112.05722",
    doi="10.1103/PhysRevD.105.096031",
)
