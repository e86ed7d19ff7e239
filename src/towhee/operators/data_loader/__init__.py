"""Documents to the text that is in them."""
