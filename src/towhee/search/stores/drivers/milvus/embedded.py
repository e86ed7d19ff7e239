"""The servers of Milvus Lite in this process: one for each folder, with those who use it."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from towhee.errors import MissingExtraError, StoreError, StoreUnavailableError, one_line
from towhee.search.stores.drivers.milvus.quiet import quiet_logger

_ILLEGAL = 6  # of milvus_lite.adapter.grpc.errors: the rows were refused before anything was done
_opening = threading.Lock()
_opened: dict[Path, EmbeddedMilvus] = {}


class EmbeddedMilvus:
    """Milvus Lite in a folder, shared by the drivers of the process.

    Attributes:
        path: the folder.
        address: where its server listens, for this machine only.
        turn: is held by the driver that asks something of it.
    """

    def __init__(self, path: Path, address: str, *, is_ours: bool) -> None:
        self.path = path
        self.address = address
        self.turn = threading.RLock()
        self._is_ours = is_ours
        self._users = 0
        self._failure = ""

    @classmethod
    def opened(cls, path: Path, shown: str) -> EmbeddedMilvus:
        """The Milvus Lite of a folder; ``release`` ends the use of it.

        Raises:
            MissingExtraError: if Milvus Lite is not installed.
            StoreUnavailableError: if another process has the folder open.
            StoreError: if it cannot be opened.
        """
        try:
            from milvus_lite import DataDirLockedError, MilvusLite, server_manager_instance
        except ImportError as error:
            raise MissingExtraError("the store Milvus Lite", "milvus") from error
        path = path.resolve()
        with _opening:
            there = _opened.get(path)
            if there is None:
                is_free = True
                try:
                    # The manager below says only that it failed, not why.
                    MilvusLite(str(path)).close()
                except DataDirLockedError:
                    is_free = False  # maybe by a MilvusClient of this process, which can be shared
                except OSError as error:
                    raise StoreError(_refusal(path, shown, error)) from error
                with quiet_logger("milvus_lite.server_manager"):
                    address = server_manager_instance.start_and_get_uri(str(path))
                if address is None:
                    raise StoreUnavailableError(
                        f"{shown} is open in another process, and Milvus Lite serves one at a "
                        f"time; close it there, or run `milvus-lite server --data-dir {path} "
                        "--host 127.0.0.1` and open milvus://127.0.0.1:19530 in both"
                    )
                there = _opened[path] = cls(path, address, is_ours=is_free)
            there._users += 1
            return there

    def release(self) -> None:
        """End one use; with the last one the server ends and the folder is free."""
        from milvus_lite import server_manager_instance

        with _opening:
            self._users -= 1
            if self._users:
                return
            del _opened[self.path]
            if self._is_ours:
                server_manager_instance.release_server(str(self.path))

    def note_failed_write(self, error: StoreError) -> None:
        """Keep in mind that a write failed within Milvus Lite.

        It goes on as if nothing was, but its log then has a hole that it does not read beyond,
        or rows that wait in files which the next good write removes. Opened again, it recovers.
        """
        from pymilvus.exceptions import MilvusException

        cause = error.__cause__
        # Its subclasses are raised by the client, before it sends anything.
        if isinstance(cause, MilvusException) and type(cause) is MilvusException:
            if cause.code == _ILLEGAL:
                return
            self._failure = one_line(cause.message)

    def require_sound(self, shown: str) -> None:
        """Refuse to go on behind a failed write.

        Raises:
            StoreError: if one failed.
        """
        if self._failure:
            raise StoreError(
                f"a write to {shown} failed ({self._failure}); see that there is room, close the "
                "store and open it again: what was written before is there"
            )

    def remove_indexes(self, collection: str) -> bool:
        """Remove the files of a collection's indexes, which are made anew of its rows.

        Returns:
            Whether there were any.
        """
        folder = self.path / "collections" / collection / "partitions"
        found = [*folder.glob("*/indexes/*.idx"), *folder.glob("*/indexes/*.sidx")]
        for path in found:
            path.unlink(missing_ok=True)
        return bool(found)

    def remove_stub(self, collection: str) -> None:
        """Remove the folder of a collection whose making was cut off before anything was said."""
        folder = self.path / "collections" / collection
        if folder.is_dir() and not (folder / "schema.json").exists():
            shutil.rmtree(folder)


def _refusal(path: Path, shown: str, error: OSError) -> str:
    if path.is_file():
        return (
            f"{shown} is a file, and Milvus Lite keeps a folder since its version 3; name another "
            "path (files of its older versions are read by those only)"
        )
    return f"Milvus Lite cannot open {shown}: {one_line(error)}"
