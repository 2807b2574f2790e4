"""Are found elements symmetries? Refined on the events of the training, tested on events that it never saw."""
