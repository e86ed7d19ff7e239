"""An index on the disk, with what it stands for.

The file is one of FAISS, which ``faiss.read_index`` reads, with a tail: the ids of the vectors, a
byte for each that says whether it is still there, a line of JSON, and the length of that line.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from towhee.errors import StoreError, one_line
from towhee.search.metric import Vectors
from towhee.search.stores.drivers.faiss.rows import Ids
from towhee.search.stores.drivers.faiss.vector_index import VectorIndex
from towhee.search.stores.schema import CollectionSchema, IndexSpec

logger = logging.getLogger(__name__)

_VERSION = 1
_LENGTH = 8
_A_DAY = 86_400.0


def save(index: VectorIndex, path: Path, collection: str) -> None:
    """Put the index in the place of the one before, whole or not at all.

    Raises:
        StoreError: if the disk is full, or the folder cannot be written.
    """
    import faiss

    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    remove_leftovers(path, older_than=_A_DAY)
    try:
        faiss.write_index(index.faiss, str(beside))
        with beside.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            file.write(index.ids.tobytes())
            file.write(index.present.tobytes())
            said = json.dumps(
                {
                    "version": _VERSION,
                    "collection": collection,
                    "bytes": size,
                    "count": len(index.ids),
                    "kind": index.spec.kind,
                    "build": dict(index.spec.build),
                    "trained_with": index.trained_with,
                    "longest": index.longest,
                    "last": index.last,
                    "removals": index.removals,
                }
            ).encode()
            file.write(said)
            file.write(len(said).to_bytes(_LENGTH, "little"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # FAISS raises RuntimeError where it cannot write
        with suppress(OSError):
            beside.unlink()
        raise StoreError(
            f"the index {path} cannot be written ({one_line(error)}): make room, or see who owns "
            "the folder. No row is lost, and the index before is still there"
        ) from error


def remove_leftovers(path: Path, *, older_than: float = 0.0) -> None:
    """Remove what was left of an index whose writing was cut off, so many seconds ago."""
    for left in path.parent.glob(f"{path.name}.*.tmp"):
        with suppress(OSError):  # another process has been here
            if time.time() - left.stat().st_mtime >= older_than:
                left.unlink()


def load(
    path: Path,
    collection: str,
    schema: CollectionSchema,
    read: Callable[[Ids], Vectors],
) -> VectorIndex | None:
    """The index in a file, ``None`` if there is none that is of use: it will be built anew."""
    import faiss

    reader: Any = vars(faiss)["PyCallbackIOReader"]
    try:
        with path.open("rb") as file:
            file.seek(-_LENGTH, os.SEEK_END)
            length = int.from_bytes(file.read(_LENGTH), "little")
            file.seek(-_LENGTH - length, os.SEEK_END)
            known = json.loads(file.read(length))
            spec = IndexSpec(known["kind"], known["build"], schema.index.search)
            if known["version"] != _VERSION or known["collection"] != collection:
                return None
            if (spec.kind, spec.build) != (schema.index.kind, dict(schema.index.build)):
                return None
            file.seek(known["bytes"])
            index = VectorIndex(schema, spec, read)
            index.ids = np.frombuffer(file.read(8 * known["count"]), np.int64)
            index.present = np.frombuffer(bytearray(file.read(known["count"])), np.bool_)
            file.seek(0)  # of this very file, which another process may have replaced by now
            index.faiss = faiss.read_index(reader(file.read))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        logger.warning("the index %s cannot be read and is built anew: %s", path, one_line(error))
        return None
    index.trained_with, index.longest = known["trained_with"], known["longest"]
    index.last, index.removals = known["last"], known["removals"]
    return index if index.faiss.ntotal == len(index.ids) else None
