"""The run card: its schema, its loader, and the expressions that may stand in it."""
