"""Discrete elements as hypotheses: reflections, exchanges, turns, parity."""
