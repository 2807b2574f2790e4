"""A run shared out to tasks of a batch system, which see no more of each other than files."""
