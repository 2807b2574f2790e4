"""What is said of a result: sentences, warnings and tables, from the record alone."""
