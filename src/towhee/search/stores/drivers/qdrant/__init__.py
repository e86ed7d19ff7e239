"""Qdrant: a server, or its client's embedded form in a folder."""
