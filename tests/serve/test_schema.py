"""What schemathesis makes of the OpenAPI document is answered as the document says."""

from __future__ import annotations

import contextlib

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.specs.openapi.checks import positive_data_acceptance

from live_server import whole
from towhee import pipeline
from towhee.serve import ServeSettings
from towhee.serve.served import served
from towhee.serve.service import Service

_EXAMPLES = 12  # of each operation and kind: each branch of a schema within seconds


def test_no_request_that_the_document_allows_or_not_gives_a_500() -> None:
    service = Service(ServeSettings(can_manage=True))
    service.add(served(pipeline("image-embedding")))
    service.add(served(lambda x: x, "echo"))
    schema = schemathesis.openapi.from_asgi("/openapi.json", whole(service))
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) == 12
    for operation in operations:
        for mode in schemathesis.GenerationMode:
            with contextlib.suppress(Unsatisfiable):  # nothing about it can be wrong
                _fuzz(operation.as_strategy(generation_mode=mode))


def _fuzz(cases: object) -> None:
    @given(case=cases)
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: schemathesis.Case) -> None:
        # What a schema allows may yet be no image, or name no model.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    call()
