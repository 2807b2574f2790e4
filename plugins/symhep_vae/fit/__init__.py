"""How the directions are found: networks, their training, relevance, what the latents carry."""
