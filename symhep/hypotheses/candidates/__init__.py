"""Single generators, each on its own: rows, table."""
