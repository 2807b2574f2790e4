"""Symmetries in the latent space of an autoencoder: generators, flows, and what the flows do to an image."""
