"""What the client of the Hugging Face Hub reports, as one sentence with the remedy."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

from towhee.errors import WeightsError, one_line

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when there is no more room."""


@contextlib.contextmanager
def hub_errors(repository: str, model_name: str, file: str) -> Iterator[None]:
    """Errors of the Hub's client, as one sentence that says how to get what was asked for."""
    import httpx2
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    get_them = _remedy(repository, model_name)
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise WeightsError(
            f"the weights of {model_name} are not cached here, and HF_HUB_OFFLINE forbids to ask "
            f"the Hub: {get_them}"
        ) from error
    except GatedRepoError as error:
        raise WeightsError(
            f"{repository} on the Hub is open only to those who accept its terms: accept them at "
            f"https://huggingface.co/{repository}, then log in with `hf auth login`"
        ) from error
    except RepositoryNotFoundError as error:
        raise WeightsError(
            f"the Hub has no model repository {repository}, or it is private: check the name, or "
            "log in with `hf auth login`"
        ) from error
    except LocalEntryNotFoundError as error:
        raise WeightsError(_unreachable(model_name, get_them, error)) from error
    except EntryNotFoundError as error:
        raise WeightsError(
            f"{repository} on the Hub holds no {file}; towhee loads no other form"
        ) from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise WeightsError(
                f"there is no room on the disk for {repository} ({error.strerror}): make room, or "
                "set HF_HOME to a folder on a larger disk"
            ) from error
        raise WeightsError(_unreachable(model_name, get_them, error)) from error


def _unreachable(model_name: str, get_them: str, error: Exception) -> str:
    reason = one_line(error)
    return (
        f"the weights of {model_name} are not cached here and the Hub cannot be reached: "
        f"{get_them} ({type(error).__name__}: {reason})"
    )


def _remedy(repository: str, model_name: str) -> str:
    return (
        f"run `towhee hub pull {model_name}` where there is a network and copy its cache "
        f"(HF_HOME), unset HF_HUB_OFFLINE if it is set, or pass checkpoint= with a folder of "
        f"{repository}"
    )
