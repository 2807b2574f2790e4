"""Divergences of projections: how far azimuths, pt, angles and masses of images are from those of the events."""
