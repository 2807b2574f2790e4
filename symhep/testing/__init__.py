"""The conformance suite: what an outside author runs against a method or a reader before publishing it."""

from symhep.testing.method import check_method
from symhep.testing.reader import check_reader

__all__ = ["check_method", "check_reader"]
