"""Results that were computed before, kept on the disk by what they were computed from."""

from towhee.cache.content import content_digest, digest_of_all
from towhee.cache.encoding import decoded, encoded
from towhee.cache.location import DEFAULT_LIMIT, bytes_of, cache_folder
from towhee.cache.stamp import FileStamp, stamp_of
from towhee.cache.store import CacheInfo, ResultCache, opened
from towhee.cache.versions import installed_versions

__all__ = [
    "DEFAULT_LIMIT",
    "CacheInfo",
    "FileStamp",
    "ResultCache",
    "bytes_of",
    "cache_folder",
    "content_digest",
    "decoded",
    "digest_of_all",
    "encoded",
    "installed_versions",
    "opened",
    "stamp_of",
]
