"""Images to their parts."""
