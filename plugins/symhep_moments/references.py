"""What a report that shows this method asks its readers to cite."""

from __future__ import annotations

from symhep.methods.reference import Reference

__all__ = ["CRAGG_DONALD", "KLEIBERGEN_PAAP", "ROBIN_SMITH"]

CRAGG_DONALD = Reference(
    authors="J. G. Cragg and S. G. Donald",
    title="On the asymptotic properties of LDU-based tests of the rank of a matrix",
    journal="J. Am. Stat. Assoc. 91, 1301 (1996)",
)
ROBIN_SMITH = Reference(
    authors="J.-M. Robin and R. J. Smith",
    title="Tests of rank",
    journal="Econom. Theory 16, 151 (2000)",
    doi="10.1017/S0266466600162012",
)
KLEIBERGEN_PAAP = Reference(
    authors="F. Kleibergen and R. Paap",
    title="Generalized reduced rank tests using the singular value decomposition",
    journal="J. Econom. 133, 97 (2006)",
    doi="10.1016/j.jeconom.2005.02.011",
)
