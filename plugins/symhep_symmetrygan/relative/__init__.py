"""Symmetries relative to a reference: maps that leave the ratio of two densities as it is."""
