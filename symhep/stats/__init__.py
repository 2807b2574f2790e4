"""Statistics that several methods need: intervals, principal components, intrinsic dimension."""
