"""The inertial density: a symmetry must keep it as well as that of the events (SymmetryGAN, section III)."""
