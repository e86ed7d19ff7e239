"""Images to the faces in them."""
