"""`symhep export --latex`: booktabs tables with siunitx, one file each, and a summary."""
