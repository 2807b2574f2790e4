"""Compact groups that are given: rows, table, sentence."""
