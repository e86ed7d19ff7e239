"""A small model that learns of a larger one, by images that need no labels."""
