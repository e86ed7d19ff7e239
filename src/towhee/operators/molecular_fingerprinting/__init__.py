"""Molecules to the substructures that they hold, as vectors."""
