"""Events in memory: batches as read, selections, cutflows, tensors for methods."""
