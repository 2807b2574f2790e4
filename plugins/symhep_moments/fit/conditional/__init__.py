"""Symmetry relative to a reference as independence: which sample an event is from, and where on its orbit it is."""
