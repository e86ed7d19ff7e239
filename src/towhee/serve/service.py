"""``Service``: models, limits and measures behind the routes, which only translate."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from towhee.engine.local.size import size_of_value
from towhee.errors import UnknownNameError
from towhee.fetch import FetchPolicy
from towhee.operators.text_embedding.text import ReadText
from towhee.serve.bodies import Bodies
from towhee.serve.explaining import Explaining
from towhee.serve.keys import Keys, Rate
from towhee.serve.metrics import Metrics
from towhee.serve.models import Models
from towhee.serve.pictures import Pictures
from towhee.serve.refusals import Refusal, refusal_of, refusal_of_error
from towhee.serve.searching import Collection
from towhee.serve.served import Served
from towhee.serve.settings import ServeSettings
from towhee.serve.values import Values, may_fetch
from towhee.serve.waiting import finished
from towhee.types import Failure

_LARGE = (
    512 * 1024
)  # letters above which it is not with what they are of: base64 takes a millisecond
_FETCH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of the inputs of a request.

    Attributes:
        served: the model that took them.
        results: a result or a ``Refusal`` for each.
        tokens: what the model read of all texts; 0 where it reads none.
    """

    served: Served
    results: list[Any]
    tokens: int


class Service:
    """What a server's routes call.

    Args:
        settings: the limits.

    Attributes:
        models: by their names.
        collections: where clients may search, by their names; the first where they name none.
        pictures: of the entries of collections.
        explaining: says why two pictures match.
        is_draining: whether it is about to end.
    """

    def __init__(self, settings: ServeSettings | None = None) -> None:
        self.settings = settings or ServeSettings()
        self.metrics = Metrics(lambda: self.models.queued())
        self.models = Models(self.settings.rules, self.metrics.of_model)
        self.collections: dict[str, Collection] = {}
        self.bodies = Bodies(
            self.settings.max_body, self.settings.max_held, self.settings.body_timeout
        )
        self.is_draining = False
        self._keys = Keys(self.settings.keys)
        self._rate = Rate(self.settings.rate)
        policy = FetchPolicy(
            max_bytes=self.settings.max_body,
            timeout_seconds=min(_FETCH_SECONDS, self.settings.timeout),
            allow_hosts=self.settings.allow_hosts,
        )
        self._values = Values(policy)
        self.pictures = Pictures(policy)
        self.explaining = Explaining()

    def add(self, served: Served) -> None:
        """Serve a pipeline under its name; its weights are loaded now.

        Raises:
            UsageError: if the name is taken.
        """
        self.models.add(served.name, lambda: served)

    def collection(self, name: str | None) -> Collection:
        """A collection by its name; the first if none is given.

        Raises:
            Refusal: 404 if there is none of that name, or none at all.
        """
        if not self.collections:
            raise Refusal(404, "this server has no collection to search", kind="no_collection")
        name = next(iter(self.collections)) if name is None else name
        if name not in self.collections:
            known = ", ".join(self.collections)
            said = UnknownNameError(
                "collection", name[:100], self.collections, f"(there is {known})"
            )
            raise Refusal(404, str(said), param="collection")
        return self.collections[name]

    def close(self) -> None:
        """Answer what waits, and end all threads."""
        self.models.close()
        self._values.fetchers.shutdown(wait=False, cancel_futures=True)
        self.pictures.close()
        self.explaining.close()

    def admit(self, request: Request) -> None:
        """Refuse a caller without a key that is known, or one that calls too often.

        Raises:
            Refusal: 401 or 429.
        """
        holder = self._keys.holder(request.headers.get("authorization"))
        request.state.caller = holder
        self._rate.count(holder or (request.client.host if request.client else ""))

    async def run(
        self, request: Request, name: str, given: Sequence[Any], params: Sequence[str]
    ) -> Ran:
        """What becomes of inputs that a client sent.

        Args:
            request: whose body is read.
            name: of the model.
            given: the inputs, as they were sent.
            params: what to call each of them in a message.

        Raises:
            Refusal: for what concerns all of them.
        """
        started = time.monotonic()
        served, lane = self.models.loaded(name)
        request.state.model, request.state.inputs = name, len(given)
        most = min(self.settings.max_inputs, self.settings.rules.max_queue)
        if len(given) > most:
            raise Refusal(413, f"a request has at most {most:,} inputs, not {len(given):,}")
        results = await self.received(request, served, given, params)
        places = [n for n, value in enumerate(results) if not isinstance(value, Refusal)]
        waiting = lane.submit([results[n] for n in places])
        left = self.settings.timeout - (time.monotonic() - started)
        await finished([each.future for each in waiting], request, max(0.0, left))
        for place, each in zip(places, waiting, strict=True):
            error = each.future.exception()
            found = each.future.result() if error is None else error
            if isinstance(found, Failure):
                results[place] = refusal_of(found, params[place])
            elif isinstance(found, Exception):
                results[place] = refusal_of_error(found)
            else:
                results[place] = found
        texts = [each.value for each in waiting if isinstance(each.value, ReadText)]
        tokens = sum(len(text.tokens) for text in texts)
        return Ran(served, results, tokens)

    async def received(
        self, request: Request, served: Served, given: Sequence[Any], params: Sequence[str]
    ) -> list[Any]:
        """The value for each input, or the ``Refusal`` of one that is none."""

        def value(one: Any, param: str) -> Any:
            try:
                return self._values.call(served, one, param)
            except Refusal as refusal:
                return refusal

        async def received(one: Any, param: str) -> Any:
            if any(each.is_file for each in served.inputs) and may_fetch(one):
                loop = asyncio.get_running_loop()
                found = await loop.run_in_executor(self._values.fetchers, value, one, param)
                self.bodies.hold(request, size_of_value(found))
                return found
            if isinstance(one, str) and len(one) > _LARGE:
                return await run_in_threadpool(value, one, param)
            return value(one, param)

        if len(given) == 1 and not may_fetch(given[0]):
            return [await received(given[0], params[0])]
        tasks = [asyncio.ensure_future(received(*each)) for each in zip(given, params, strict=True)]
        try:
            return list(await asyncio.wait_for(asyncio.gather(*tasks), self.settings.timeout))
        except asyncio.TimeoutError:
            raise Refusal(
                503, "the addresses did not answer in time", kind="timeout", retry_after=1
            ) from None
        finally:
            for task in tasks:  # if one raised, the others are not to hold anything any more
                task.cancel()
