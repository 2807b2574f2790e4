"""How symmetries are found: moments of test functions, ranks, directions, classes of subgroups, discrete elements."""
