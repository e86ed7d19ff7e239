"""Pages and pictures to look at."""

from towhee.viz.heat_view import Heatmap
from towhee.viz.heatmap import heatmap
from towhee.viz.result_grid import Neighbour, ResultRow, result_grid
from towhee.viz.thumbnail import data_uri

__all__ = ["Heatmap", "Neighbour", "ResultRow", "data_uri", "heatmap", "result_grid"]
