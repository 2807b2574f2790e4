"""Statistics that several methods need: intervals, principal components, intrinsic dimension, supports, tails of
quadratic forms, multiplicity."""
