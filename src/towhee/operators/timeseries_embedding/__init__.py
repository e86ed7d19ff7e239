"""Time series to vectors."""
