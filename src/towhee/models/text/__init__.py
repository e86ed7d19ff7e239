"""Sentence models: texts to vectors by a transformer and a pooling over its tokens."""
