"""Functions of the event whose symmetry is asked for."""
