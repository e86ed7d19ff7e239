"""Sound to vectors."""
