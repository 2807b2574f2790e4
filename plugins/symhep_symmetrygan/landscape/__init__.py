"""The loss of a transformation against the best discriminator, for densities that are known."""
