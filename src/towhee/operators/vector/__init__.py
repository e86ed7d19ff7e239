"""Vectors to vectors: length, fewer numbers, smaller numbers, several to one."""
