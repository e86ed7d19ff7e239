"""What is done by OpenCV."""
