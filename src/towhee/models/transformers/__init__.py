"""Models of the transformers library: their files, and how they are loaded."""
