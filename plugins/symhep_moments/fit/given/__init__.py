"""Exact tests of groups that are given: rotations, tori, permutations, finite groups, and products of them."""
