"""Images to sentences about them."""
