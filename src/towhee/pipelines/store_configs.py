"""The configurations of the named pipes that work on a store."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

DEFAULT_STORE = "milvus:///milvus.db"


class StoreConfig(BaseModel):
    """Where a collection is. An unknown field, or one of another type, is an error.

    Attributes:
        uri: as ``open_store`` takes it; ``milvus:///milvus.db`` in the working folder if neither
            it nor ``host`` is given.
        host: of a server of Milvus, in place of ``uri``.
        port: of that server.
        collection_name: the collection.
        user: of the store, if it asks for one.
        password: of that user.
        token: in place of both.

    Example:
        >>> StoreConfig(host="127.0.0.1", port="19530").address
        'milvus://127.0.0.1:19530'
    """

    model_config = ConfigDict(
        extra="forbid", validate_assignment=True, protected_namespaces=(), allow_inf_nan=False
    )

    uri: str | None = None
    host: str | None = None
    port: int = Field(19530, ge=1, le=65535)
    collection_name: str = "vectors"
    user: str | None = None
    password: str | None = Field(None, repr=False)
    token: str | None = Field(None, repr=False)

    @model_validator(mode="after")
    def _is_one_place(self) -> StoreConfig:
        if self.uri is not None and self.host is not None:
            raise ValueError("uri and host both say where the store is: give one of them")
        return self

    @property
    def address(self) -> str:
        """The address of the store."""
        if self.host is not None:
            return f"milvus://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
        return self.uri or DEFAULT_STORE

    @property
    def options(self) -> dict[str, str]:
        """What the store is told besides its address."""
        stated = {"user": self.user, "password": self.password, "token": self.token}
        return {name: value for name, value in stated.items() if value}


class InsertMilvusConfig(StoreConfig):
    """Of ``insert_milvus``.

    Attributes:
        fields: the names of the payload columns, in the order in which a row has them behind its
            key and its vector.
        metric: ``"cosine"``, ``"L2"`` or ``"IP"``, of a collection that is not there yet.
        index: ``"flat"``, ``"hnsw"``, …, likewise.
    """

    fields: list[str] = []
    metric: str = "cosine"
    index: str = "flat"


class SearchMilvusConfig(StoreConfig):
    """Of ``search_milvus``.

    Attributes:
        limit: how many rows to give.
        output_fields: the payload columns to give; all if ``None``.
        filter: only rows for which it holds: ``'year > 2000'``.
        search_params: of the search in the index: ``{"ef": 100}``.
    """

    limit: int = Field(10, ge=1)
    output_fields: list[str] | None = None
    filter: str | None = None
    search_params: dict[str, int] = {}


class _QuestionsConfig(StoreConfig):
    """What ``eqa-insert`` and ``eqa-search`` have to agree on.

    Attributes:
        model: one of sentence-transformers.
        device: the number of a GPU, or -1 for the CPU.
        normalize_vec: whether vectors have unit length.
        customize_embedding_op: an operator (``ops...``) or a function to embed with in place of
            the model.
    """

    collection_name: str = "chatbot"
    model: str = "all-MiniLM-L6-v2"
    device: int = -1
    normalize_vec: bool = True
    customize_embedding_op: Any = None


class EnhancedQAInsertConfig(_QuestionsConfig):
    """Of ``eqa-insert``.

    Attributes:
        chunk_by: what ``chunk_size`` counts and where a text is cut, as ``text_splitter`` has it.
        chunk_size: the most that a piece of a document holds; of ``"passages"`` characters.
        chunk_overlap: how much of the end of a piece the next one repeats.
        metric: ``"cosine"``, ``"L2"`` or ``"IP"``, of a collection that is not there yet.
        index: ``"flat"``, ``"hnsw"``, …, likewise.
    """

    chunk_by: Literal["passages", "characters", "tokens", "sentences", "markdown"] = "passages"
    chunk_size: int = Field(300, ge=1)
    chunk_overlap: int = Field(0, ge=0)
    metric: str = "cosine"
    index: str = "flat"


class EnhancedQASearchConfig(_QuestionsConfig):
    """Of ``eqa-search``.

    Attributes:
        top_k: how many texts to give.
        filter: only texts for which it holds, by ``source`` or ``chunk``.
        rerank: whether a cross-encoder puts in order what the vectors have found.
        rerank_model: any cross-encoder of the Hub.
        customize_rerank_op: an operator or a function of a question and a list of texts, which
            gives the texts and their scores in the order in which they came, in place of it.
        candidates: how many texts are given to it; five times ``top_k`` if ``None``.
        threshold: the least score of a text that is given: the cross-encoder's if there is one,
            else the cosine or inner product, as under ``"L2"`` a smaller score is better.
    """

    top_k: int = Field(5, ge=1)
    filter: str | None = None
    rerank: bool = False
    rerank_model: str = "cross-encoder/ms-marco-MiniLM-L6-v2"
    customize_rerank_op: Any = None
    candidates: int | None = Field(None, ge=1)
    threshold: float | None = None
