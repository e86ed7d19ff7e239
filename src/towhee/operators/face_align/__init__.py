"""Faces turned upright and brought to one size."""
