"""Images to the classes of what they show."""
