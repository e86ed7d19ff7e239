"""What came of a training, as a page to look at."""

from towhee.trainer.report.comparison import with_embeddings
from towhee.trainer.report.embedding_map import embedding_map
from towhee.trainer.report.held_out import held_out_probabilities
from towhee.trainer.report.mislabelled import Suspect, hardest, suspects
from towhee.trainer.report.page import report_page, write_report
from towhee.trainer.report.report_data import EmbeddingMap, Example, Neighbours, ReportData

__all__ = [
    "EmbeddingMap",
    "Example",
    "Neighbours",
    "ReportData",
    "Suspect",
    "embedding_map",
    "hardest",
    "held_out_probabilities",
    "report_page",
    "suspects",
    "with_embeddings",
    "write_report",
]
