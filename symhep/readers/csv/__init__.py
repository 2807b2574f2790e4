"""Tables of text, comma-separated and others: see `symhep.readers.csv.reader`."""

from symhep.readers.csv.reader import CsvOptions, CsvReader

__all__ = ["CsvOptions", "CsvReader"]
