"""Small reshaping of arrays."""
