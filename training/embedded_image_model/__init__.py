"""Trains, exports and measures the image-embedding model that ships inside towhee."""
