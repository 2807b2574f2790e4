"""What is said of a result: sentences, cautions and tables, from the record alone."""
