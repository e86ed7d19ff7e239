"""Faces to vectors that tell people apart."""
