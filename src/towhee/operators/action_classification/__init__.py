"""What is done in a video."""
