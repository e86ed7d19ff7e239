"""What one video has taken from another."""
