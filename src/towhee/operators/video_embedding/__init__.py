"""Videos to vectors."""
