"""Classes of subgroups of the Lorentz and Poincare groups as hypotheses: one walk, one row, one table, one figure."""
