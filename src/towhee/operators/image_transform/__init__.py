"""Change images: size, part, direction, colour."""
