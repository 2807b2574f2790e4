"""The generators that a method found: rows, labels, table."""
