"""Bounds: how broken the candidates, the symmetry found and classes of subgroups could be, on named functions."""
