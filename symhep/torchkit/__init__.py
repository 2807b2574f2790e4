"""Torch for symhep: devices, replica-batched training, safe checkpoints."""
