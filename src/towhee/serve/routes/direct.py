"""Routes that hand the request to their endpoint as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from towhee.serve.service import Service

Endpoint = Callable[..., Awaitable[Response]]


def direct(service: Service) -> type[APIRoute]:
    """The class of routes that admit a request and call their endpoint with it and its path.

    FastAPI asks for each request anew what its endpoint takes, which is a fourth of what the server
    does beside the model. The endpoints of these routes take the request and parts of the path,
    which are texts; their dependencies are there for the document alone.

    Args:
        service: which admits requests.

    Source: https://fastapi.tiangolo.com/how-to/custom-request-and-route/
    """

    class Direct(APIRoute):
        """Admits a request, and calls the endpoint."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """What answers a request."""
            endpoint: Endpoint = self.endpoint
            names = [each.name for each in self.dependant.path_params]

            async def answered(request: Request) -> Response:
                service.admit(request)
                return await endpoint(request, *(request.path_params[name] for name in names))

            return answered

    return Direct
