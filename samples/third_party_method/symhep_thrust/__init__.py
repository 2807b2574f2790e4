"""Thrust, as a plugin of symhep."""
