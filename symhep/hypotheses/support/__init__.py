"""The surface on which the events lie."""
