"""Search a store, and write to it, row by row."""
