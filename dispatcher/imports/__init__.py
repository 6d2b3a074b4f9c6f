"""What may come in from files, and what is refused with a reason."""
