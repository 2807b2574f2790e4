"""Classes of subgroups of the Lorentz or Poincare group, by moments."""
