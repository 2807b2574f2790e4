"""A finished run in the formats of others: HEPData, ROOT, LaTeX, and all of it in one JSON file."""
