"""Hypotheses about symmetries, as several methods test them: rows, families of tests, subgroups, discrete elements."""
