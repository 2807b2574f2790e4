"""Bounds: how broken a symmetry could still be, on functions that have a name."""
