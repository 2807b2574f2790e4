"""`symhep export --hepdata`: submission.yaml, a YAML file for each table, and the figures."""
