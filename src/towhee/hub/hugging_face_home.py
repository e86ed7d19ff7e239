"""Packages in repositories of the Hugging Face Hub, through its own client, cache and tokens."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from towhee.errors import MissingExtraError, PackageError, UnknownNameError, one_line
from towhee.hub.home import Listed, Progress, no_progress
from towhee.hub.manifest import MANIFEST, PackageFile
from towhee.hub.names import package_name
from towhee.hub.package import Package, is_sound
from towhee.hub.strict_yaml import LARGEST
from towhee.models.hub_errors import NO_ROOM

TAG = "towhee"
"""What the cards of packages are tagged with, so that they are found."""

_MOST_LISTED = 200


class HuggingFaceHome:
    """The Hub: a package is a model repository that holds a ``towhee.yaml``.

    A revision is a commit, a tag or a branch.
    """

    address = "hf"

    def list(self, words: str = "") -> Sequence[Listed]:
        """Repositories that are tagged as packages and match the words; at most 200."""
        with _errors("packages"):
            from huggingface_hub import HfApi

            api = HfApi()
            found = api.list_models(filter=TAG, search=words or None, limit=_MOST_LISTED)
            return [Listed(each.id, each.sha or "") for each in found]

    def manifest(self, name: str, revision: str | None = None) -> tuple[str, bytes]:
        """The commit of a package, and the bytes of its manifest."""
        with _errors(package_name(name)):
            from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

            about = get_hf_file_metadata(hf_hub_url(name, MANIFEST, revision=revision))
            commit = about.commit_hash
            if commit is None:
                raise PackageError(f"the Hub names no commit of {name}")
            if (about.size or 0) > LARGEST:
                raise PackageError(f"{MANIFEST} of {name} is larger than {LARGEST:,} bytes")
            bar = _reporting(no_progress)
            file = hf_hub_download(name, MANIFEST, revision=commit, tqdm_class=bar)
            return commit, Path(file).read_bytes()

    def fetch(
        self, name: str, revision: str, file: PackageFile, target: Path, progress: Progress
    ) -> None:
        """Download a file into the Hub's cache, and link or copy it from there."""
        with _errors(name):
            from huggingface_hub import get_hf_file_metadata, hf_hub_url, try_to_load_from_cache

            found = try_to_load_from_cache(name, file.path, revision=revision)
            cached = Path(found).resolve() if isinstance(found, str) else None
            if cached is None or not is_sound(cached, file):  # the Hub's cache compares no digests
                about = get_hf_file_metadata(hf_hub_url(name, file.path, revision=revision))
                if about.size not in (None, file.bytes):
                    raise PackageError(
                        f"{file.path} of {name} has {about.size:,} bytes on the Hub, and "
                        f"{MANIFEST} lists {file.bytes:,}"
                    )
                cached = _downloaded(name, revision, file, progress)
            else:
                progress(file.bytes)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            try:
                os.link(cached, target)  # the disk is taken once
            except OSError:  # another disk, or one that knows no links
                shutil.copyfile(cached, target)

    def publish(self, package: Package, progress: Progress) -> str:
        """Make the repository if need be, and put the package into it, in one commit."""
        with _errors(package.name):
            from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

            api = HfApi()
            api.create_repo(package.name, exist_ok=True)
            paths = {MANIFEST, *package.manifest.paths}
            there = {path for path in api.list_repo_files(package.name) if not path.startswith(".")}
            operations: list[CommitOperationAdd | CommitOperationDelete]
            operations = [CommitOperationDelete(path) for path in sorted(there - paths)]
            operations += [
                CommitOperationAdd(path, str(package.folder / path)) for path in sorted(paths)
            ]
            done = api.create_commit(
                package.name, operations, commit_message=f"Version {package.manifest.version}"
            )
        progress(package.manifest.bytes)
        return str(done.oid)


def _downloaded(name: str, revision: str, file: PackageFile, progress: Progress) -> Path:
    """A file in the Hub's cache, downloaded whether it is there or not."""
    from huggingface_hub import hf_hub_download

    path = hf_hub_download(
        name, file.path, revision=revision, force_download=True, tqdm_class=_reporting(progress)
    )
    return Path(path).resolve()


def _reporting(progress: Progress) -> Any:  # Any: tqdm states no types
    """A bar for the Hub's client that shows nothing, and hands on what it is told."""
    from huggingface_hub.utils.tqdm import tqdm

    class Reporting(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})  # type: ignore[no-untyped-call]

        def update(self, n: float | None = 1) -> None:
            progress(int(n or 0))

    return Reporting


@contextlib.contextmanager
def _errors(name: str) -> Iterator[None]:
    """Errors of the Hub's client as one sentence."""
    try:
        import httpx2
        from huggingface_hub.errors import (
            EntryNotFoundError,
            GatedRepoError,
            HfHubHTTPError,
            LocalEntryNotFoundError,
            OfflineModeIsEnabled,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )
    except ModuleNotFoundError as error:
        where = f"{name} is not here; name its home= if it has another, as the Hugging Face Hub"
        raise MissingExtraError(where, "hub") from error
    try:
        yield
    except OfflineModeIsEnabled as error:
        raise PackageError(
            f"{name} is not here, and HF_HUB_OFFLINE forbids to ask the Hub: unset it, or pull "
            "where there is a network"
        ) from error
    except GatedRepoError as error:
        raise PackageError(
            f"{name} is open only to those who accept its terms: accept them at "
            f"https://huggingface.co/{name}, then log in with `hf auth login`"
        ) from error
    except RepositoryNotFoundError as error:
        remedy = "on the Hugging Face Hub, or it is private: check the name, or `hf auth login`"
        raise UnknownNameError("package", name, (), remedy) from error
    except RevisionNotFoundError as error:
        raise PackageError(f"{name} has no such revision on the Hub") from error
    except LocalEntryNotFoundError as error:
        raise PackageError(_unreachable(name, error)) from error
    except EntryNotFoundError as error:
        raise PackageError(
            f"{name} on the Hub lacks a file of the package, or is none: it holds no {MANIFEST}"
        ) from error
    except PackageError:
        raise
    except HfHubHTTPError as error:
        status = error.response.status_code
        if status in (401, 403):
            raise PackageError(
                f"{name}: the Hub allows it only to who is logged in, and may do it: run `hf auth "
                "login` with a token that can write"
            ) from error
        said = _refused(name, error) if status < 500 else _unreachable(name, error)
        raise PackageError(said) from error
    except ValueError as error:  # of a card whose head the Hub does not take
        raise PackageError(_refused(name, error)) from error
    except (httpx2.HTTPError, RuntimeError, OSError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise PackageError(
                f"there is no room on the disk for {name}: make room, or set HF_HOME to a folder "
                "on a larger disk"
            ) from error
        raise PackageError(_unreachable(name, error)) from error


def _refused(name: str, error: Exception) -> str:
    return f"{name}: the Hub refuses it: {one_line(error, 300)}"


def _unreachable(name: str, error: Exception) -> str:
    reason = one_line(error)
    return (
        f"{name}: the Hugging Face Hub cannot be reached, or broke off: is there a network? "
        f"({type(error).__name__}: {reason})"
    )
