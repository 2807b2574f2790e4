"""The Lie algebra that a method found."""
