"""Toy data with known symmetry: points, images, and events with four-momenta."""

from symhep.readers.toy.options import ToyOptions
from symhep.readers.toy.reader import ToyReader

__all__ = ["ToyOptions", "ToyReader"]
