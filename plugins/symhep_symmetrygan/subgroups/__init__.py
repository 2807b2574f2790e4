"""Which subgroups of the Lorentz or Poincare group the events respect: a game for each class, and their lattice."""
