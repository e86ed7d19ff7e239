"""PostgreSQL with the extension pgvector as a store."""
