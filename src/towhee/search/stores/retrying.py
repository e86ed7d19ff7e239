"""Wait for a store that does not answer, and try again."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from towhee.errors import StoreUnavailableError

logger = logging.getLogger(__name__)

T = TypeVar("T")

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0


def patiently(
    call: Callable[[], T],
    patience: float,
    *,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> T:
    """The result of a call that may be made several times, once the store answers it.

    Pauses double from a twentieth of a second to five seconds, and vary by a half, so that many
    writers do not come back at once.

    Args:
        call: what is done; doing it twice is as doing it once.
        patience: the seconds from the first failure after which it is given up.
        sleep: waits for some seconds.
        now: the time in seconds.

    Raises:
        StoreUnavailableError: the last one, if the store has not answered in time.
    """
    pause, gives_up = _FIRST_PAUSE, None
    while True:
        try:
            return call()
        except StoreUnavailableError as error:
            moment = now()
            if gives_up is None:
                gives_up = moment + patience
                if patience:
                    logger.warning("%s; trying again for %g s", error, patience)
            if moment >= gives_up:
                raise
            sleep(min(pause * random.uniform(0.5, 1.5), max(0.0, gives_up - moment)))
            pause = min(2 * pause, _LONGEST_PAUSE)
