"""The losses of Forestano et al., every number of generators and every seed trained as one batch."""
