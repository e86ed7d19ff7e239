"""Molecules to vectors of a model."""
