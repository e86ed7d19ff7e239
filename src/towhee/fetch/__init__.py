"""Bytes from wherever they are: files, addresses, file objects."""

from towhee.fetch.policy import DEFAULT, FetchPolicy
from towhee.fetch.source import Content, is_url, read_bytes, source_name

__all__ = ["DEFAULT", "Content", "FetchPolicy", "is_url", "read_bytes", "source_name"]
