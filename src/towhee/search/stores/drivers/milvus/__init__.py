"""Milvus: Milvus Lite in a folder, a server, a cluster, Zilliz Cloud; one client for all."""
