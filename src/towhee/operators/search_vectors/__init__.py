"""Search in a collection of vectors."""
