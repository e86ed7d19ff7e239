"""Long texts to pieces."""
