"""Sound to the classes that it belongs to."""
