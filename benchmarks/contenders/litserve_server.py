"""LitServe with the pipeline of the embedded model, written as its documents write a batched API.

python benchmarks/contenders/litserve_server.py PORT MAX_BATCH
"""

from __future__ import annotations

import base64
import sys
from typing import Any

import litserve

from towhee import pipeline


class Embedding(litserve.LitAPI):
    """Pictures as base64 in JSON to vectors."""

    def setup(self, device: str) -> None:
        self.embed = pipeline("image-embedding")
        self.embed.batch([])

    # LitServe hands the annotation to FastAPI; without one it reads JSON.
    def decode_request(self, request) -> bytes:  # type: ignore[no-untyped-def]
        return base64.b64decode(request["image"])

    def predict(self, contents: list[bytes]) -> list[list[float]]:
        return self.embed.batch(contents).tolist()

    def encode_response(self, vector: list[float]) -> dict[str, Any]:
        return {"vector": vector}


if __name__ == "__main__":
    port, max_batch = map(int, sys.argv[1:])
    api = Embedding(max_batch_size=max_batch, batch_timeout=0.0)
    litserve.LitServer(api, accelerator="cpu").run(
        host="127.0.0.1", port=port, generate_client_file=False, log_level="warning"
    )
