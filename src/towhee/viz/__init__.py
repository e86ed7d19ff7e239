"""Pages to look at."""

from towhee.viz.result_grid import Neighbour, ResultRow, result_grid
from towhee.viz.thumbnail import data_uri

__all__ = ["Neighbour", "ResultRow", "data_uri", "result_grid"]
