"""From found elements with their errors to the group that they form."""
