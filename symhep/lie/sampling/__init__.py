"""Random elements of the groups that generators generate."""
