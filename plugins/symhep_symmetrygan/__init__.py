"""SymmetryGAN: adversarial search for the transformations that leave a density invariant."""
