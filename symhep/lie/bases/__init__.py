"""The real Lie algebras by name, as labelled generators: x' = exp(theta T) x."""

from symhep.lie.bases.action import diagonal, realify
from symhep.lie.bases.affine import dilatation, poincare, translations
from symhep.lie.bases.linear import gl, sl
from symhep.lie.bases.orthogonal import lorentz, so
from symhep.lie.bases.symplectic import sp, usp
from symhep.lie.bases.unitary import su, u

__all__ = [
    "diagonal",
    "dilatation",
    "gl",
    "lorentz",
    "poincare",
    "realify",
    "sl",
    "so",
    "sp",
    "su",
    "translations",
    "u",
    "usp",
]
