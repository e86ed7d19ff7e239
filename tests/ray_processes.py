"""The processes of a Ray cluster on this machine, by what they do."""

from __future__ import annotations

import psutil


def ray_processes(*names: str) -> list[psutil.Process]:
    """Those that bear one of the names."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if line.startswith("ray::") and any(name in line for name in names):
            found.append(process)
    return found
