"""Discrete elements by name: mirrors, exchanges, charge conjugation, turns by a fraction, and products of them."""

from symhep.lie.elements.element import HIGHEST_ORDER, Element
from symhep.lie.elements.frame import Frame
from symhep.lie.elements.reading import read_element
from symhep.lie.elements.usual import usual_elements

__all__ = ["HIGHEST_ORDER", "Element", "Frame", "read_element", "usual_elements"]
