"""The spaces of transformations that are searched."""
