"""Figures, from the stored result alone."""
