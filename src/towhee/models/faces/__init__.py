"""Models that find faces, and that tell them apart."""
