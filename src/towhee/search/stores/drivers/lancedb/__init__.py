"""LanceDB: an embedded store over Lance files, on a disk or in an object store."""
