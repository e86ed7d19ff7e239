"""Files: SQLite keeps the rows, FAISS finds among their vectors."""
