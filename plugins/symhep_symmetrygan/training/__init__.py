"""The game between generators and discriminators, all restarts as one batch."""
