"""The models that can be trained, one file a kind."""
