"""Molecules: from how they are written to what is computed from them."""
