"""What is added to the loss: conditions on the maps besides keeping the density."""
