"""``serve()``: a pipeline as an application, or as a route of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from towhee.errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from towhee.serve.settings import ServeSettings


def serve(
    thing: Any,
    app: FastAPI | None = None,
    path: str = "/",
    *,
    name: str | None = None,
    settings: ServeSettings | None = None,
    reads_paths: bool = False,
) -> FastAPI:
    """A pipeline behind HTTP: as a whole application, or as one route of yours.

    Args:
        thing: a pipeline, a pipe, a chain over ``towhee.api()``, or a function of one value.
        app: an application of yours, which gets the route ``POST path``. Without it one is made
            that has all routes of ``towhee serve`` as well.
        path: of the route.
        name: by which clients ask for it; its own if not given.
        settings: the limits.
        reads_paths: let clients name files of the server, which is refused otherwise.

    Returns:
        The application: run it with ``uvicorn.run(app)``.

    Raises:
        MissingExtraError: if FastAPI is not installed.
        UsageError: for what cannot be served, and a path that does not begin with a slash.

    Example:
        >>> from towhee.serve import serve
        >>> from fastapi.testclient import TestClient
        >>> with TestClient(serve(lambda x: x + 1, name="add")) as client:
        ...     client.post("/v1/pipelines/add", json={"input": 1}).json()["result"]
        2
    """
    try:
        from towhee.serve.app import add_route, application
        from towhee.serve.served import served
        from towhee.serve.service import Service
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] == "towhee":
            raise
        raise MissingExtraError("serving", "serve") from error
    if not path.startswith("/"):
        raise UsageError(f"the path of a route begins with a slash, not {path!r}")
    made = served(thing, name, reads_paths=reads_paths)
    service = Service(settings)
    service.add(made)
    if app is not None:
        add_route(app, service, made.name, path)
        return app
    return application(service, root=(made.name, path))
