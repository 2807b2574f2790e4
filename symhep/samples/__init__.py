"""Samples to start with: a card, or a script, and its events; those of the folder ``samples`` of the source."""
