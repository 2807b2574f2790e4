"""How generators are found: conditions, their null space, what holds on the events alone, names."""
