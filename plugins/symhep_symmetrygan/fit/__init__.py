"""How it is found: the shards of a fit, and the result that they make."""
