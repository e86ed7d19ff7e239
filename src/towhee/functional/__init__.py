"""The method-chaining front door."""

from towhee.functional.data_collection import DataCollection
from towhee.functional.data_frame import DataFrame
from towhee.functional.operator_handle import ops
from towhee.functional.state import State
from towhee.types import Entity

__all__ = ["DataCollection", "DataFrame", "Entity", "State", "ops"]
