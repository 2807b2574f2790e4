"""What a result says: sentences, cautions and tables, from its record alone."""
