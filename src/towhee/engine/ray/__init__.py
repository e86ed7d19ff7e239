"""The Ray engine: the same plan on Ray Data."""
