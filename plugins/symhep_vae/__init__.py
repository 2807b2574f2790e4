"""VAE relevance: how many independent directions events have (Sanz, Learning symmetries in datasets)."""
