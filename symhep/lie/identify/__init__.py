"""Names of Lie algebras from noisy matrices: ``identify(matrices, errors).name``."""

from symhep.lie.identify.identification import Identification
from symhep.lie.identify.recognise import identify

__all__ = ["Identification", "identify"]
