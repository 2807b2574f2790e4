"""Sentences and tables, from the record alone."""
