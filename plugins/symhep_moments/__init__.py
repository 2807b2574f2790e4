"""Moment conditions: the Lie algebra that the density of the events respects, with p-values, in closed form."""
