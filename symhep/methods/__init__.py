"""What a method is, what it is given, what it gives back."""
