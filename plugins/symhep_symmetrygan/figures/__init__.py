"""Figures of a result, drawn from what is stored."""
