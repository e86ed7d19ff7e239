"""Where in an image a model's vector comes from."""
