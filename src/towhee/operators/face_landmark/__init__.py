"""Faces to points on them."""
