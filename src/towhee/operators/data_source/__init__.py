"""Rows of files, tables and databases."""
