"""Images to other images."""
