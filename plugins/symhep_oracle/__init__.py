"""Oracle generators: the Lie algebra that leaves a function of the event as it is (Forestano et al.)."""
