"""What a collection of a store holds: vectors of one length, and columns of known types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from towhee.errors import StoreError, UnknownNameError, UsageError
from towhee.search.field_types import FieldType
from towhee.search.metric import Metric
from towhee.search.stores.fingerprint import Fingerprint

KeyType = Literal["string", "integer"]
IndexKind = Literal["flat", "hnsw", "ivf_flat", "ivf_pq"]
INDEX_KINDS: tuple[IndexKind, ...] = get_args(IndexKind)

MAX_KEY_BYTES = 2000
"""Of a key in UTF-8: what every store can index."""

KEY = "key"
VECTOR = "vector"
SCORE = "score"
PART = "part"
PARENT = "parent"
RESERVED = frozenset({KEY, VECTOR, SCORE, PART, PARENT, "sparse", "text_sparse"})
"""Names that no payload column may have, as they stand for something else in a row."""

_VERSION = 1
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_PARAMETERS: dict[IndexKind, frozenset[str]] = {
    "flat": frozenset(),
    "hnsw": frozenset({"m", "ef_construction"}),
    "ivf_flat": frozenset({"nlist"}),
    "ivf_pq": frozenset({"nlist", "pq_m"}),
}
_SEARCH_PARAMETERS: dict[IndexKind, frozenset[str]] = {
    "flat": frozenset(),
    "hnsw": frozenset({"ef"}),
    "ivf_flat": frozenset({"nprobe"}),
    "ivf_pq": frozenset({"nprobe", "refine"}),
}


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """How the vectors of a collection are indexed.

    Attributes:
        kind: ``"flat"`` compares with every vector; ``"hnsw"``, ``"ivf_flat"`` and ``"ivf_pq"``
            are quicker and may miss neighbours.
        build: parameters of its making. hnsw: ``m``, ``ef_construction``; ivf: ``nlist``, and
            ``pq_m`` (the parts that a vector is quantised in) of ivf_pq.
        search: parameters of a search. hnsw: ``ef``; ivf: ``nprobe``, and of ivf_pq ``refine``
            (how many times ``topk`` candidates are compared exactly).
    """

    kind: IndexKind = "flat"
    build: Mapping[str, int] = field(default_factory=dict)
    search: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, kind: str, **parameters: int) -> IndexSpec:
        """The index of a kind; parameters of its making and of searches are told apart.

        Raises:
            UnknownNameError: for an unknown kind or parameter.
            UsageError: for a parameter that is no whole number of at least 1.

        Example:
            >>> IndexSpec.of("hnsw", m=32, ef=100)
            IndexSpec(kind='hnsw', build={'m': 32}, search={'ef': 100})
        """
        if kind not in INDEX_KINDS:
            raise UnknownNameError(
                "index", str(kind), INDEX_KINDS, f"(there are {', '.join(INDEX_KINDS)})"
            )
        building, searching = _PARAMETERS[kind], _SEARCH_PARAMETERS[kind]
        for name, value in parameters.items():
            if name not in building | searching:
                known = sorted(building | searching)
                raise UnknownNameError(
                    f"parameter of {kind}", name, known, f"(there are {', '.join(known) or 'none'})"
                )
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise UsageError(f"{name} is a whole number of at least 1, not {value!r}")
        return cls(
            kind,
            {name: value for name, value in parameters.items() if name in building},
            {name: value for name, value in parameters.items() if name in searching},
        )

    def searched_with(self, **parameters: int) -> IndexSpec:
        """The same index, searched with other parameters."""
        other = IndexSpec.of(self.kind, **parameters)
        if other.build:
            raise UsageError(f"{', '.join(other.build)} is of the making of the index")
        return replace(self, search={**self.search, **other.search})


@dataclass(frozen=True, slots=True)
class CollectionSchema:
    """What a collection holds.

    Attributes:
        name: letters, digits and underscores, at most 63.
        dimension: the length of its vectors.
        metric: by which they are compared. Under cosine the vectors are stored at unit length.
        key_type: of the rows' keys. Stores keep them as text.
        fields: the types of the payload columns.
        index: how the vectors are indexed.
        text: the column of text that is indexed for full-text search, ``None`` for none.
        sparse: whether rows have a sparse vector besides.
        multi: whether a row has several vectors.
        fingerprint: what made the vectors.
    """

    name: str
    dimension: int
    metric: Metric
    key_type: KeyType = "string"
    fields: Mapping[str, FieldType] = field(default_factory=dict)
    index: IndexSpec = field(default_factory=IndexSpec)
    text: str | None = None
    sparse: bool = False
    multi: bool = False
    fingerprint: Fingerprint = field(default_factory=Fingerprint)

    def __post_init__(self) -> None:
        require_name("a collection", self.name)
        if type(self.dimension) is not int or not 1 <= self.dimension <= 32768:
            raise UsageError(f"vectors have 1 to 32,768 numbers, not {self.dimension!r}")
        for name, kind in self.fields.items():
            require_name("a payload column", name)
            if name.lower() in RESERVED:
                raise UsageError(f"{name!r} is taken; give the payload column another name")
            if kind not in get_args(FieldType):
                raise UnknownNameError("type of a column", str(kind), get_args(FieldType))
        lowered = [name.lower() for name in self.fields]
        if len(set(lowered)) < len(lowered):
            raise UsageError("payload columns differ in more than capital letters")
        if self.text is not None and self.fields.get(self.text) != "string":
            raise UsageError(f"text={self.text!r} names no column of strings")

    @property
    def similarity(self) -> Literal["L2", "IP"]:
        """What a driver compares by: cosine is the inner product of vectors at unit length."""
        return "L2" if self.metric == "L2" else "IP"

    @property
    def stored_fields(self) -> dict[str, FieldType]:
        """The columns that a driver keeps: the payload's, and what joins the parts of a row."""
        if not self.multi:
            return dict(self.fields)
        return {**self.fields, PARENT: "string", PART: "integer"}

    def to_json(self) -> str:
        """The schema as a store keeps it."""
        return json.dumps(
            {
                "towhee": _VERSION,
                "name": self.name,
                "dimension": self.dimension,
                "metric": self.metric,
                "key_type": self.key_type,
                "fields": dict(self.fields),
                "index": {
                    "kind": self.index.kind,
                    "build": dict(self.index.build),
                    "search": dict(self.index.search),
                },
                "text": self.text,
                "sparse": self.sparse,
                "multi": self.multi,
                "fingerprint": self.fingerprint.as_json(),
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> CollectionSchema:
        """The schema that ``to_json`` wrote.

        Raises:
            StoreError: if it is damaged, or of a later version of towhee.
        """
        try:
            known: dict[str, Any] = json.loads(text)
            if known["towhee"] > _VERSION:
                raise StoreError(
                    f"the collection {known['name']!r} was written by a later version of towhee; "
                    "update towhee"
                )
            index = known["index"]
            return cls(
                known["name"],
                known["dimension"],
                known["metric"],
                known["key_type"],
                known["fields"],
                IndexSpec(index["kind"], index["build"], index["search"]),
                known["text"],
                known["sparse"],
                known["multi"],
                Fingerprint.from_json(known["fingerprint"]),
            )
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"what the store says of the collection is damaged: {error}"
            ) from error


def require_name(what: str, name: object) -> None:
    """Refuse a name that not every store could take as it is.

    Raises:
        UsageError: for anything but letters, digits and underscores.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            f"{what} is called by up to 63 letters, digits and underscores, and begins with no "
            f"digit; {name!r} does not"
        )
