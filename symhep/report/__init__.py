"""One self-contained page that tells a run."""
