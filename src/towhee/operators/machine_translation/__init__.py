"""Texts to texts in another language."""
