"""``GET /``: a page for browsers."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from towhee.serve.page import page
from towhee.serve.service import Service


def browsers(app: FastAPI, service: Service) -> None:
    """The route; it needs no key, as the page asks for one before it calls others."""
    made = page(service.settings.max_body)
    headers = {
        "Content-Security-Policy": made.policy,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }

    @app.get("/", include_in_schema=False)
    async def shown() -> HTMLResponse:
        return HTMLResponse(made.content, headers=headers)
