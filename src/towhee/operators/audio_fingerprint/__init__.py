"""Recordings known again by parts of them."""
