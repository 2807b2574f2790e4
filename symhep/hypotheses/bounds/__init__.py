"""Upper limits on violations, for predefined observables."""
