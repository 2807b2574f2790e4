"""Test functions: bounded and smooth, with their derivative along vector fields."""
