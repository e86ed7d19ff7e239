"""``pipe``: a graph of operators over named columns, as a function."""

from towhee.builder.callable_pipe import CallablePipe
from towhee.builder.pipe import Pipe, pipe
from towhee.functional.result import Result

__all__ = ["CallablePipe", "Pipe", "Result", "pipe"]
