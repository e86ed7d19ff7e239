"""placeholder until generated"""

from typing import Generic, TypeVar

R = TypeVar("R")


class Namespaces(Generic[R]):
    pass
