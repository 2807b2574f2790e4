"""Symmetry discovery maps: from initial to final parameters, measured and learned."""
