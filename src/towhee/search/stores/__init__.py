"""Vectors that stay: one face for embedded stores, servers and clusters."""

from towhee.search.stores.copying import copy_collection
from towhee.search.stores.fingerprint import Fingerprint
from towhee.search.stores.opening import DEFAULT_COLLECTION, STORES, list_collections, open_store
from towhee.search.stores.schema import CollectionSchema, IndexSpec
from towhee.search.stores.store import VectorStore

__all__ = [
    "DEFAULT_COLLECTION",
    "STORES",
    "CollectionSchema",
    "Fingerprint",
    "IndexSpec",
    "VectorStore",
    "copy_collection",
    "list_collections",
    "open_store",
]
