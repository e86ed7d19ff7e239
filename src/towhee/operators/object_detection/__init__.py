"""Images to the objects in them."""
