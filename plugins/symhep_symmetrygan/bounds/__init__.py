"""How broken what is found could still be: limits on predefined observables of held-out events."""
