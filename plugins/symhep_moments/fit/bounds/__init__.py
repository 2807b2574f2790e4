"""Upper limits on violations of candidates, the symmetry found and classes of subgroups."""
