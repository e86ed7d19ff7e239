"""Texts to what follows."""
