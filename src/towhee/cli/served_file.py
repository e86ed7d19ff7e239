"""A file of vectors as a service searches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee.errors import DataError

if TYPE_CHECKING:
    from towhee.serve.searching import Searchable


def vectors_in_file(path: str) -> tuple[Searchable, str | None]:
    """The vectors that ``towhee embed`` wrote, and the name of the pipeline that made them.

    Raises:
        DataError: if the file is not there, is none of that kind, or holds no vectors.
        UsageError: if the pipeline of that name has become another.
    """
    from towhee.cli.provenance import Provenance
    from towhee.cli.vector_index import read_index
    from towhee.pipelines import find_pipeline
    from towhee.search.exact import ExactSearch
    from towhee.serve.searching import InMemory

    held = read_index(path)
    if not held.paths:
        raise DataError(f"{path!r} holds no vectors")
    made_by = held.provenance
    if made_by is not None:
        made_by.require_same(
            Provenance.of(find_pipeline(made_by.pipeline), made_by.dimension), path
        )
    index = ExactSearch(held.vectors, "cosine", held.paths)
    return InMemory(index), None if made_by is None else made_by.pipeline
