"""How broken what is found could still be: limits on named functions of held-out events."""
