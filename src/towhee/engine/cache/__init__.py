"""Results from a cache in place of work."""
